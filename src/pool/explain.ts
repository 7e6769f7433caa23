import { assertNever } from "../base/index.ts";
import type { FailureReason } from "./failure.ts";
import type { Refusal } from "./refusal.ts";

/** A refusal as one sentence without a full stop, to follow "failed to assign an IP address to container: ". */
export function explainRefusal(refusal: Refusal, nowMs: number): string {
  switch (refusal.reason) {
    case "notReady":
      return "the node's network interfaces are not known yet";
    case "nodeFull":
      return (
        `the node is full: all ${String(refusal.addresses)} pod addresses of its ` +
        `${String(refusal.enis)} network interfaces are in use, and the instance type allows no more`
      );
    case "maxPods":
      return `the pool covers max pods (${String(refusal.maxPods)}), so it does not grow; all its addresses are in use`;
    case "cooling":
      return (
        `${String(refusal.addresses)} addresses of deleted pods are cooling down; ` +
        `the first is free in ${seconds(refusal.freeAtMs - nowMs)}`
      );
    case "ec2Refused": {
      const { failure, code, subnetId, retryAtMs } = refusal;
      const where = subnetId === undefined ? "" : ` (${subnetId})`;
      return `${FAILURES[failure]}${where}; EC2 said ${code}, next attempt in ${seconds(retryAtMs - nowMs)}`;
    }
    case "growing":
      return GROWING[refusal.step ?? "soon"];
    case "paused":
      return "the pool is not growing, because the node is cordoned or the agent is stopping";
    case "targetsMet":
      return (
        `all ${String(refusal.addresses)} addresses are in use and the warm targets ask for no more: ` +
        "MINIMUM_IP_TARGET without WARM_IP_TARGET is an upper limit too"
      );
    default:
      return assertNever(refusal);
  }
}

const GROWING = {
  createEni: "a network interface is being created and attached",
  assignBlocks: "addresses are being added to a network interface",
  soon: "addresses are about to be added",
} as const;

const FAILURES: Readonly<Record<FailureReason, string>> = {
  subnetFull: "the subnet has no free address",
  noFreeBlock: "the subnet has no free aligned /28 for a prefix",
  perEniLimit: "EC2 counts more addresses on the network interface than the pool knows",
  attachmentLimit: "EC2 counts more network interfaces on the instance than the pool knows",
  quota: "a quota of the account is used up",
  throttled: "EC2 is throttling the account's calls",
  unauthorized: "the node's role is not allowed to make the call",
  eniGone: "the network interface is gone",
  notReady: "the new network interface did not show up in time",
  other: "the call to EC2 failed",
};

function seconds(durationMs: number): string {
  return `${String(Math.max(Math.ceil(durationMs / 1000), 0))} s`;
}
