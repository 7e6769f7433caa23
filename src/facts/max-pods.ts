import { ADDRESSES_PER_PREFIX } from "./ec2-constants.ts";
import { type InstanceType, slotsPerEni, takesPrefixes } from "./instance-type.ts";

/** Pods on the host's network (the node agent and kube-proxy): they count as pods and need no address. */
export const HOST_NETWORK_PODS = 2;

/** The settings of the node agent that change how many pods a node's network carries. */
export interface MaxPodsMode {
  /** ENABLE_PREFIX_DELEGATION: a slot holds a /28 of 16 addresses. */
  readonly prefixDelegation: boolean;
  /** AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: the primary ENI serves no pods. */
  readonly customNetworking: boolean;
  /** ENABLE_POD_ENI: the trunk takes the place of one ENI and serves no ordinary pods. */
  readonly podEni: boolean;
}

/** A setting that the type can't have; the node goes on as if it were off. */
export interface Refusal {
  readonly setting: keyof MaxPodsMode;
  readonly reason: string;
}

/** How many pods a node of one type runs in one mode, and what decides it. */
export interface MaxPods {
  readonly type: string;
  /** What is in force: the mode that was asked for, without the refused settings. */
  readonly mode: MaxPodsMode;
  readonly refusals: readonly Refusal[];
  /** ENIs that serve ordinary pods. */
  readonly podEnis: number;
  /** Addresses or prefixes on each of them beside its primary address. */
  readonly slotsPerEni: number;
  /** Addresses for ordinary pods. */
  readonly addresses: number;
  /** Branch ENIs, a pod each, beside the ordinary pods: 0 without a trunk, null when the source doesn't say. */
  readonly branchEnis: number | null;
  /** Pods that the addresses carry: {@link addresses} and the {@link HOST_NETWORK_PODS}. */
  readonly formula: number;
  /** Pods when all branch ENIs are in use as well; null when their number is unknown. */
  readonly formulaWithBranches: number | null;
  /** The most pods that EKS recommends for that number of vCPUs. */
  readonly cap: number;
  /** What the kubelet should be told: the smaller of {@link formula} and {@link cap}. */
  readonly recommended: number;
  /** Which of the two it is; `addresses` when they are equal. */
  readonly binds: "addresses" | "cap";
  /** The same as a sentence. */
  readonly why: string;
  /** What the kubelet is in fact told, by who sets up the node. */
  readonly told: ToldMaxPods;
  /** What else the reader should know, as sentences. */
  readonly notes: readonly string[];
}

/** The kubelet's maxPods by who sets up the node, when nobody overrides it. */
export interface ToldMaxPods {
  /** Amazon Linux 2023 images and Karpenter: ENIs × slots + 2, whatever the agent's settings. */
  readonly selfManaged: number;
  /** EKS managed node groups without an image of your own: the recommended number, enforced; a trunk is not allowed for. */
  readonly managedNodeGroup: number;
  /** EKS Auto Mode: ENIs × slots, 110 at most, whatever the agent's settings. */
  readonly autoMode: number;
}

const CAP_BELOW_30_VCPUS = 110;
const CAP_FROM_30_VCPUS = 250;
const AUTO_MODE_CAP = 110;

/**
 * The max-pods arithmetic of the EKS user guide ("How maxPods is determined") and of the Amazon VPC CNI plugin, v1.23.
 *
 * Addresses for pods are ENIs × (addresses per ENI − 1), times 16 with prefix delegation. Of the ENIs of network card 0,
 * the primary is left out with custom networking and one for the trunk with `podEni`. The reference keeps the
 * trunk's place free as soon as the setting is on, on every type that can have a trunk or isn't known to it, whether
 * or not a pod ever asks for a branch.
 */
export function maxPods(type: InstanceType, asked: MaxPodsMode): MaxPods {
  const refusals = refusalsOf(type, asked);
  const refused = new Set(refusals.map(({ setting }) => setting));
  const mode: MaxPodsMode = {
    prefixDelegation: asked.prefixDelegation && !refused.has("prefixDelegation"),
    customNetworking: asked.customNetworking,
    podEni: asked.podEni && !refused.has("podEni"),
  };
  const addresses = addressesForPods(type, mode);
  const branchEnis = mode.podEni ? type.branchEnis : 0;
  const formula = addresses + HOST_NETWORK_PODS;
  const cap = recommendedCap(type);
  const recommended = Math.min(formula, cap);
  const counts = {
    podEnis: enisForPods(type, mode),
    slotsPerEni: slotsPerEni(type),
    addresses,
    branchEnis,
    formula,
    formulaWithBranches: branchEnis === null ? null : formula + branchEnis,
    cap,
    recommended,
    told: toldBy(type, mode),
  };
  return {
    type: type.type,
    mode,
    refusals,
    ...counts,
    binds: formula <= cap ? "addresses" : "cap",
    why: whyOf(type, counts),
    notes: notesOf(type, mode, counts),
  };
}

type Counts = Omit<MaxPods, "type" | "mode" | "refusals" | "binds" | "why" | "notes">;

function enisForPods(type: InstanceType, { customNetworking, podEni }: MaxPodsMode): number {
  return Math.max(0, type.enis - (customNetworking ? 1 : 0) - (podEni ? 1 : 0));
}

function addressesForPods(type: InstanceType, mode: MaxPodsMode): number {
  const perSlot = mode.prefixDelegation ? ADDRESSES_PER_PREFIX : 1;
  return enisForPods(type, mode) * slotsPerEni(type) * perSlot;
}

function toldBy(type: InstanceType, mode: MaxPodsMode): ToldMaxPods {
  const all = type.enis * slotsPerEni(type);
  // EKS doesn't take the trunk off, so neither does this number.
  const managed = addressesForPods(type, { ...mode, podEni: false }) + HOST_NETWORK_PODS;
  return {
    selfManaged: all + HOST_NETWORK_PODS,
    managedNodeGroup: Math.min(managed, recommendedCap(type)),
    autoMode: Math.min(AUTO_MODE_CAP, all),
  };
}

function recommendedCap({ vcpus }: InstanceType): number {
  // Of a type with unknown vCPUs the lower number is the safe one.
  return vcpus !== null && vcpus >= 30 ? CAP_FROM_30_VCPUS : CAP_BELOW_30_VCPUS;
}

function refusalsOf(type: InstanceType, asked: MaxPodsMode): Refusal[] {
  const refusals: Refusal[] = [];
  if (asked.prefixDelegation && !takesPrefixes(type)) {
    const system = type.hypervisor === null ? "is not known to run" : "runs on Xen, not";
    refusals.push({
      setting: "prefixDelegation",
      reason: `EC2 assigns prefixes on Nitro instances only, and ${type.type} ${system} on Nitro; the node goes on in secondary-IP mode`,
    });
  }
  if (asked.podEni && type.trunking === false) {
    refusals.push({
      setting: "podEni",
      reason: `${type.type} can't have a trunk ENI, so its pods get no security groups of their own; no ENI is set aside`,
    });
  }
  return refusals;
}

function whyOf({ vcpus }: InstanceType, { addresses, formula, cap }: Counts): string {
  const size =
    vcpus === null
      ? "while its vCPUs are unknown"
      : vcpus < 30
        ? "below 30 vCPUs"
        : "from 30 vCPUs up";
  const carried = `${addresses} addresses + ${HOST_NETWORK_PODS} host-network pods = ${formula}`;
  return formula <= cap
    ? `${carried}, within the ${cap} that EKS recommends ${size}`
    : `${carried}, more than the ${cap} that EKS recommends ${size}`;
}

function notesOf(type: InstanceType, mode: MaxPodsMode, counts: Counts): string[] {
  const { addresses, formula, recommended, told } = counts;
  const notes: string[] = [];
  if (addresses === 0) notes.push(`no ENI is left for ordinary pods: the type has ${type.enis}`);
  if (mode.podEni) notes.push(trunkNote(counts));
  const tooHigh = [
    { who: "self-managed images", pods: told.selfManaged },
    { who: "managed node groups", pods: told.managedNodeGroup },
  ].filter(({ pods }) => pods > formula);
  if (tooHigh.length > 0) {
    const settings = tooHigh.map(({ who, pods }) => `${who} set ${pods}`).join(" and ");
    notes.push(
      `${settings}: ordinary pods beyond ${formula} would be placed and get no address; set maxPods to ${recommended}`,
    );
  }
  if (told.selfManaged < recommended) {
    notes.push(
      `self-managed images set ${told.selfManaged}: set maxPods to ${recommended} to use the addresses`,
    );
  }
  if (type.networkCards.length > 1) {
    notes.push(`only network card 0 of ${type.networkCards.length} serves ordinary pods`);
  }
  return notes;
}

function trunkNote({ branchEnis, formulaWithBranches }: Counts): string {
  return branchEnis === null || formulaWithBranches === null
    ? "the trunk takes one ENI; how many branch ENIs it carries is not known"
    : `the trunk takes one ENI; its ${branchEnis} branch ENIs carry a pod each on top: ${formulaWithBranches} in all`;
}
