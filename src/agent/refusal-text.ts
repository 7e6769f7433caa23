import { assertNever } from "../base/index.ts";
import type { SubnetId } from "../facts/index.ts";
import { formatCidr } from "../net/index.ts";
import type { Cidr } from "../net/index.ts";
import type { FailureReason, Refusal } from "../pool/index.ts";
import type { News } from "./cluster.ts";
import { NO_USABLE_SUBNET } from "./eni-places.ts";

/** What the text may name beside the refusal itself. */
export interface RefusalContext {
  readonly instanceType: string;
  /** Undefined: without times, and the same words for the same cause; for events, whose repeats are counted. */
  readonly nowMs: number | undefined;
  /** Why the pool does not grow, for `paused`. */
  readonly obstacle: string | undefined;
  readonly subnetCidr: (subnet: SubnetId) => Cidr | undefined;
}

/** Begin of every message for a pod without address; people search for these words. */
export const NO_ADDRESS = "failed to assign an IP address to container";

/** The message of a refused ADD: the familiar words, then the cause, then what helps. */
export function refusalText(refusal: Refusal, context: RefusalContext): string {
  return `${NO_ADDRESS}: ${cause(refusal, context)}`;
}

/** The same for an event on the pod; undefined for what passes by itself in a moment. */
export function refusalNews(
  refusal: Refusal,
  context: Omit<RefusalContext, "nowMs">,
): News | undefined {
  if (refusal.reason === "growing" || refusal.reason === "notReady") return undefined;
  const text = cause(refusal, { ...context, nowMs: undefined });
  return { severity: "Warning", reason: "FailedToAssignIPAddress", message: `No address: ${text}` };
}

function cause(refusal: Refusal, context: RefusalContext): string {
  switch (refusal.reason) {
    case "notReady":
      return "the agent has not seen this node's ENIs yet. It tries again by itself.";
    case "nodeFull": {
      const { addresses, enis } = refusal;
      const type = article(context.instanceType);
      return `node full: ${addresses} of ${addresses} addresses of this ${type} are in use on ${enis} of ${enis} ENIs. Add nodes, or use a larger type; max pods should not exceed what berth max-pods shows.`;
    }
    case "maxPods":
      return `node full: the pool holds as many addresses as the node's max pods (${refusal.maxPods}), and all are in use. Add nodes, or raise the kubelet's max pods if the instance type carries more.`;
    case "cooling":
      return `${cooling(refusal, context)}. A shorter IP_COOLDOWN_PERIOD or a larger warm target avoids the wait.`;
    case "ec2Refused":
      return ec2Cause(refusal, context);
    case "growing":
      return `${growingCause(refusal.step)}. It tries again by itself.`;
    case "paused":
      return `the pool does not grow now: ${context.obstacle ?? "the agent is stopping"}.`;
    case "targetsMet":
      return `all ${refusal.addresses} addresses are in use and the targets ask for no more. Raise WARM_IP_TARGET or MINIMUM_IP_TARGET.`;
    default:
      return assertNever(refusal);
  }
}

function article(instanceType: string): string {
  return instanceType === "" ? "instance type" : instanceType;
}

function cooling(
  { addresses, freeAtMs }: Extract<Refusal, { reason: "cooling" }>,
  context: RefusalContext,
): string {
  const { nowMs } = context;
  if (nowMs === undefined) return "the only free addresses are cooling after their last pods";
  return `${addresses} freed addresses are cooling; the first is free again in ${until(freeAtMs, nowMs)}`;
}

type Ec2Refused = Extract<Refusal, { reason: "ec2Refused" }>;

function ec2Cause(
  { failure, code, subnetId, retryAtMs }: Ec2Refused,
  context: RefusalContext,
): string {
  const { nowMs } = context;
  const next = nowMs === undefined ? "" : `; next attempt in ${until(retryAtMs, nowMs)}`;
  const { what, fix } = FAILURES[failure];
  if (code === NO_USABLE_SUBNET)
    return `no subnet can be used for ENIs of this node${next}. ${TAGS}`;
  const subject = what.replace("SUBNET", subnetName(subnetId, context));
  return `${subject} (${code})${next}. ${fix}`;
}

const TAGS =
  "Set the tag kubernetes.io/role/cni of a subnet of the node's zone to 1; an event on the node says why each is not used.";

const FAILURES: Readonly<Record<FailureReason, { what: string; fix: string }>> = {
  subnetFull: { what: "SUBNET has too few free addresses", fix: "Free addresses or add a subnet." },
  noFreeBlock: {
    what: "SUBNET has no free aligned /28 block, though it may have single addresses",
    fix: "Reserve a CIDR for prefixes, add a subnet, or let single addresses stand in (BERTH_POLICY=berth with BERTH_PREFIX_FALLBACK=true).",
  },
  perEniLimit: {
    what: "EC2 counts more addresses on an ENI than the agent does",
    fix: "The agent reads them again; if it lasts, look for another program that assigns addresses.",
  },
  attachmentLimit: {
    what: "EC2 attaches no more ENIs to this instance",
    fix: "Detach ENIs that others attached, or set MAX_ENI.",
  },
  quota: {
    what: "a quota of the account is reached",
    fix: "Ask AWS to raise the network interface quota.",
  },
  throttled: {
    what: "EC2 throttles this account's requests",
    fix: "It passes by itself; larger warm targets need fewer calls.",
  },
  unauthorized: {
    what: "the node's role may not manage ENIs",
    fix: "Attach AmazonEKS_CNI_Policy to the role.",
  },
  eniGone: {
    what: "the ENI that was to grow is not attached any more",
    fix: "The agent looks again by itself.",
  },
  notReady: {
    what: "an attached ENI does not show up in instance metadata or in the kernel",
    fix: "The agent takes it in as soon as it does.",
  },
  other: { what: "EC2 did not give more addresses", fix: "The agent's log has EC2's own words." },
};

function subnetName(id: SubnetId | undefined, { subnetCidr }: RefusalContext): string {
  if (id === undefined) return "the subnet";
  const cidr = subnetCidr(id);
  return cidr === undefined ? `subnet ${id}` : `subnet ${id} (${formatCidr(cidr)})`;
}

function growingCause(step: "createEni" | "assignBlocks" | undefined): string {
  switch (step) {
    case "createEni":
      return "waiting for an ENI to attach";
    case "assignBlocks":
      return "waiting for EC2 to assign addresses";
    case undefined:
      return "addresses are about to be requested from EC2";
    default:
      return assertNever(step);
  }
}

function until(atMs: number, nowMs: number): string {
  // The pool is free again a millisecond after its cooldown; 30 s must not read as 31.
  return `${Math.max(1, Math.ceil((atMs - 1 - nowMs) / 1000))} s`;
}
