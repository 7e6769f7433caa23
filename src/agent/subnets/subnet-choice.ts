import { assertNever } from "../../base/index.ts";
import { TAG_KEYS } from "../../facts/index.ts";
import type { SubnetId } from "../../facts/index.ts";
import type { AllocationUnit, Ec2Subnet } from "../ec2.ts";
import { subnetUse } from "./subnet-use.ts";
import type { TagReason } from "./subnet-use.ts";

/** Why no ENI is made in a subnet now. `refused`: EC2 has just had no room there. */
export type UnusedReason = TagReason | "otherZone" | "tooFewAddresses" | "refused";

/** What was found about one subnet when a place for an ENI was looked for. */
export interface SubnetChoice {
  readonly subnet: SubnetId;
  readonly zone: string;
  /** As EC2 counted; undefined if EC2 did not say. */
  readonly freeAddresses: number | undefined;
  /** Undefined: an ENI may be made there. */
  readonly unused: UnusedReason | undefined;
}

/** What is to be made, by whom. */
export interface SubnetWish {
  readonly unit: AllocationUnit;
  /** Blocks that come with the ENI. */
  readonly count: number;
  /** The node's own subnet and zone. */
  readonly own: SubnetId;
  readonly zone: string;
  readonly clusterName: string | undefined;
  /** Whether EC2 refused that much, or less, in this subnet a moment ago. */
  readonly refused: (subnet: SubnetId) => boolean;
  /** `try`: subnets with too few free addresses, and those that refused, are asked all the same, as the VPC CNI does. */
  readonly unlikely: "skip" | "try";
}

/** Every subnet with what becomes of it: first those where an ENI may be made, the one with the most free addresses first. */
export function chooseSubnets(subnets: readonly Ec2Subnet[], wish: SubnetWish): SubnetChoice[] {
  const choices = subnets.map((subnet) => ({
    subnet: subnet.id,
    zone: subnet.zone,
    freeAddresses: subnet.freeAddresses,
    unused: whyUnused(subnet, wish),
  }));
  return choices.toSorted(
    (a, b) =>
      Number(a.unused !== undefined) - Number(b.unused !== undefined) ||
      b.freeAddresses - a.freeAddresses,
  );
}

/** A reason in words that follow "it is not used: ". */
export function unusedText(reason: UnusedReason): string {
  switch (reason) {
    case "notTagged":
      return `it has no tag ${TAG_KEYS.subnetRole}`;
    case "taggedZero":
      return `its tag ${TAG_KEYS.subnetRole} is 0`;
    case "otherClusters":
      return "its tags keep it for other clusters";
    case "otherZone":
      return "it is in another zone than the node";
    case "tooFewAddresses":
      return "it has too few free addresses";
    case "refused":
      return "EC2 had no room in it a moment ago";
    default:
      return assertNever(reason);
  }
}

function whyUnused(subnet: Ec2Subnet, wish: SubnetWish): UnusedReason | undefined {
  const { clusterName, own } = wish;
  const use = subnetUse(subnet.tags, { clusterName, own: subnet.id === own });
  if (use.unusable !== undefined) return use.unusable;
  if (subnet.zone !== wish.zone) return "otherZone";
  if (wish.unlikely === "try") return undefined;
  if (subnet.freeAddresses < addressesOf(wish)) return "tooFewAddresses";
  return wish.refused(subnet.id) ? "refused" : undefined;
}

/**
 * With the ENI's own primary address. EC2 does not count what is reserved for prefixes, so of blocks the free addresses
 * say nothing.
 */
function addressesOf({ unit, count }: SubnetWish): number {
  return 1 + (unit === "prefix" ? 0 : count);
}
