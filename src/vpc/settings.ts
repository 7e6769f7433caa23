import { type Cidr, cidrOf, ipv4FromBytes } from "../net/index.ts";
import type { Zone } from "./zone.ts";

/** What a region is made from. */
export interface RegionSettings {
  /** `us-west-2` */
  readonly name: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** At least one; the order is kept. */
  readonly zones: readonly Zone[];
  /** Where Elastic IP addresses come from, in ascending order. */
  readonly publicIps: Cidr;
  readonly quotas: Quotas;
  readonly timing: Timing;
}

/** Limits of an account in a region (VPC quotas, their defaults in {@link DEFAULT_QUOTAS}). */
export interface Quotas {
  readonly vpcs: number;
  readonly cidrsPerVpc: number;
  readonly subnetsPerVpc: number;
  readonly enis: number;
  readonly groupsPerEni: number;
  /** Ingress and egress each. */
  readonly rulesPerGroup: number;
  readonly tagsPerResource: number;
}

/** A time between two bounds, both included; drawn anew each time. */
export interface Delay {
  readonly minMs: number;
  readonly maxMs: number;
}

/** How long EC2 takes to finish what it has accepted. All zero: at the next `advance`. */
export interface Timing {
  /** From AttachNetworkInterface to `attached`. */
  readonly attach: Delay;
  /** From DetachNetworkInterface to `available`. */
  readonly detach: Delay;
  /** From RunInstances to `running`. */
  readonly launch: Delay;
  /** From TerminateInstances to `terminated`. */
  readonly terminate: Delay;
  /** How long a new VPC or subnet is `pending`. */
  readonly create: Delay;
  /** How long a further block of a VPC is `associating`. */
  readonly associateCidr: Delay;
  /** How long a NAT gateway is `pending`, and later `deleting`. */
  readonly natGateway: Delay;
  /** How long terminated instances and deleted NAT gateways stay visible. */
  readonly forget: Delay;
}

/** The quotas of a new account. */
export const DEFAULT_QUOTAS: Quotas = {
  vpcs: 5,
  cidrsPerVpc: 5,
  subnetsPerVpc: 200,
  enis: 5000,
  groupsPerEni: 5,
  rulesPerGroup: 60,
  tagsPerResource: 50,
};

/** About what EC2 takes; attaching and detaching are what people wait for. */
export const DEFAULT_TIMING: Timing = {
  attach: { minMs: 1000, maxMs: 2000 },
  detach: { minMs: 2000, maxMs: 4000 },
  launch: { minMs: 2000, maxMs: 4000 },
  terminate: { minMs: 2000, maxMs: 4000 },
  create: { minMs: 100, maxMs: 300 },
  associateCidr: { minMs: 1000, maxMs: 2000 },
  natGateway: { minMs: 1500, maxMs: 2500 },
  forget: { minMs: 3_600_000, maxMs: 3_600_000 },
};

/** Every delay zero, except how long what is gone stays visible. */
export const INSTANT_TIMING: Timing = {
  attach: { minMs: 0, maxMs: 0 },
  detach: { minMs: 0, maxMs: 0 },
  launch: { minMs: 0, maxMs: 0 },
  terminate: { minMs: 0, maxMs: 0 },
  create: { minMs: 0, maxMs: 0 },
  associateCidr: { minMs: 0, maxMs: 0 },
  natGateway: { minMs: 0, maxMs: 0 },
  forget: { minMs: 3_600_000, maxMs: 3_600_000 },
};

// TEST-NET-3 of RFC 5737.
const DOCUMENTATION_BLOCK = cidrOf(ipv4FromBytes([203, 0, 113, 0]), 24);

/** Settings with EC2's defaults for what is left out. */
export function regionSettings(
  given: Pick<RegionSettings, "name" | "zones"> & Partial<RegionSettings>,
): RegionSettings {
  return {
    accountId: "111122223333",
    publicIps: DOCUMENTATION_BLOCK,
    quotas: DEFAULT_QUOTAS,
    timing: DEFAULT_TIMING,
    ...given,
  };
}
