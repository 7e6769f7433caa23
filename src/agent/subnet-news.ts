import type { SubnetId } from "../facts/index.ts";
import { formatCidr } from "../net/index.ts";
import type { Outcome, StepFailure, WorkStep } from "../pool/index.ts";
import type { Node } from "./node.ts";

/** Hears of the outcome of every step of the pool. */
export type StepListener = (step: WorkStep, outcome: Outcome) => void;

/**
 * Tells in events on the node when a subnet has run out of addresses for it, and when it gives some again: once each.
 * It has run out when it refuses even one; a refusal of many is only a reason to ask for fewer.
 */
export function newSubnetNews(node: Node): StepListener {
  const exhausted = new Map<SubnetId, string>();
  return (step, outcome) => {
    if (step.kind !== "createEni" && step.kind !== "assignBlocks") return;
    if (outcome.kind === "failed") begin(outcome, step.count);
    else if (outcome.kind === "assigned" && step.kind === "assignBlocks")
      end(node.enis.get(step.eniId)?.subnet);
    else if (outcome.kind === "created") end(outcome.eni.subnetId);
  };

  function begin({ reason, code, subnetId }: StepFailure, count: number): void {
    if ((reason !== "subnetFull" && reason !== "noFreeBlock") || count > 1) return;
    if (subnetId === undefined || exhausted.has(subnetId)) return;
    const name = subnetName(node, subnetId);
    exhausted.set(subnetId, name);
    const message =
      reason === "subnetFull"
        ? `Subnet ${name} has no free address for this node (${code}). Free addresses, or give the cluster another subnet.`
        : `Subnet ${name} has no free aligned /28 block for this node (${code}). Reserve a CIDR for prefixes, or use single addresses.`;
    node.cluster?.tell(
      { kind: "node" },
      { severity: "Warning", reason: "SubnetExhausted", message },
    );
  }

  function end(subnetId: SubnetId | undefined): void {
    const name = subnetId === undefined ? undefined : exhausted.get(subnetId);
    if (subnetId === undefined || name === undefined) return;
    exhausted.delete(subnetId);
    const message = `Subnet ${name} gives addresses to this node again.`;
    node.cluster?.tell(
      { kind: "node" },
      { severity: "Normal", reason: "SubnetHasAddresses", message },
    );
  }
}

function subnetName({ enis }: Node, id: SubnetId): string {
  const cidr = [...enis.values()].find(({ subnet }) => subnet === id)?.subnetCidr;
  return cidr === undefined ? id : `${id} (${formatCidr(cidr)})`;
}
