import { ADDRESSES_PER_PREFIX, TAG_KEYS } from "../facts/index.ts";
import type { SubnetId } from "../facts/index.ts";
import { formatCidr } from "../net/index.ts";
import { fallsBack } from "../pool/index.ts";
import type { BlockUnit, Outcome, PoolSettings, StepFailure, WorkStep } from "../pool/index.ts";
import type { News } from "./cluster.ts";
import { NO_USABLE_SUBNET } from "./eni-places.ts";
import type { Node } from "./node.ts";
import { freeAddresses } from "./room-in-subnet.ts";
import { unusedText } from "./subnets/subnet-choice.ts";

/** Hears of the outcome of every step of the pool. */
export type StepListener = (step: WorkStep, outcome: Outcome) => void;

type FallbackSettings = Pick<PoolSettings, "policy" | "unit" | "prefixFallback">;

/** What a subnet lacks. */
interface Lack {
  readonly subnet: SubnetId;
  readonly unit: BlockUnit;
  readonly code: string;
  readonly free: number | undefined;
}

/**
 * Tells in the log, and in events on the node, when a subnet has no addresses or no blocks for it, and when it gives some
 * again: once each. It has none when it refuses even one; a refusal of many is only a reason to ask for fewer.
 */
export function newSubnetNews(node: Node, settings: () => FallbackSettings): StepListener {
  const lacking = new Map<string, string>();
  let nowhere = false;
  return (step, outcome) => {
    if (step.kind !== "createEni" && step.kind !== "assignBlocks") return;
    if (step.kind === "createEni") noteNowhere(outcome);
    if (outcome.kind === "failed") begin(outcome, step);
    else if (outcome.kind === "assigned" && step.kind === "assignBlocks")
      end(node.enis.get(step.eniId)?.subnet, step.unit);
    else if (outcome.kind === "created") end(outcome.eni.subnetId, step.unit);
  };

  function begin(
    { reason, code, subnetId: subnet }: StepFailure,
    { unit, count }: { readonly unit: BlockUnit; readonly count: number },
  ): void {
    if ((reason !== "subnetFull" && reason !== "noFreeBlock") || count > 1) return;
    if (subnet === undefined || lacking.has(keyOf(subnet, unit))) return;
    lacking.set(keyOf(subnet, unit), subnetName(node, subnet));
    if (reason === "subnetFull") {
      tell(exhausted(node, { subnet, unit, code, free: undefined }));
      return;
    }
    // EC2's code does not say whether single addresses are left: they decide what helps.
    void freeAddresses(node, subnet).then((free) => {
      const lack = { subnet, unit, code, free };
      const none = free !== undefined && free < ADDRESSES_PER_PREFIX;
      tell(none ? exhausted(node, lack) : fragmented(node, lack, settings()));
    });
  }

  function noteNowhere(outcome: Outcome): void {
    const before = nowhere;
    nowhere = outcome.kind === "failed" && outcome.code === NO_USABLE_SUBNET;
    if (nowhere && !before) tell(noUsableSubnet(node));
  }

  function end(subnet: SubnetId | undefined, unit: BlockUnit): void {
    if (subnet === undefined) return;
    const name = lacking.get(keyOf(subnet, unit));
    if (name === undefined) return;
    lacking.delete(keyOf(subnet, unit));
    const what = unit === "prefix" ? "/28 blocks" : "addresses";
    const reason = unit === "prefix" ? "SubnetHasBlocks" : "SubnetHasAddresses";
    tell({
      severity: "Normal",
      reason,
      message: `Subnet ${name} gives ${what} to this node again.`,
    });
  }

  function tell(news: News): void {
    const level = news.severity === "Warning" ? "warn" : "info";
    node.log[level]({ reason: news.reason }, news.message);
    node.cluster?.tell({ kind: "node" }, news);
  }
}

function exhausted(node: Node, { subnet, unit, code, free }: Lack): News {
  const name = subnetName(node, subnet);
  const has =
    unit === "address"
      ? "has no free address"
      : `has too few free addresses for a /28 block${free === undefined ? "" : `, ${free},`}`;
  const message = `Subnet ${name} ${has} for this node (${code}). Free addresses, or give the cluster another subnet.`;
  return { severity: "Warning", reason: "SubnetExhausted", message };
}

function noUsableSubnet({ subnets }: Node): News {
  const why = subnets.choices().flatMap(({ subnet, unused }) => {
    return unused === undefined ? [] : [`${subnet}: ${unusedText(unused)}`];
  });
  const message = `No subnet can be used for ENIs of this node. ${why.join("; ")}. Set the tag ${TAG_KEYS.subnetRole} of one of the node's zone to 1.`;
  return { severity: "Warning", reason: NO_USABLE_SUBNET, message };
}

function fragmented(node: Node, { subnet, code, free }: Lack, settings: FallbackSettings): News {
  const though =
    free === undefined
      ? "though it may have single addresses"
      : `though ${free} addresses are free`;
  const what = `Subnet ${subnetName(node, subnet)} has no free aligned /28 block for this node, ${though} (${code})`;
  const then = fallsBack(settings)
    ? "Single addresses stand in until it has one again. Reserve a CIDR for prefixes to mend it."
    : "Reserve a CIDR for prefixes, or let single addresses stand in (BERTH_POLICY=berth with BERTH_PREFIX_FALLBACK=true).";
  return { severity: "Warning", reason: "SubnetFragmented", message: `${what}. ${then}` };
}

function keyOf(subnet: SubnetId, unit: BlockUnit): string {
  return `${unit} ${subnet}`;
}

function subnetName({ enis }: Node, id: SubnetId): string {
  const cidr = [...enis.values()].find(({ subnet }) => subnet === id)?.subnetCidr;
  return cidr === undefined ? id : `${id} (${formatCidr(cidr)})`;
}
