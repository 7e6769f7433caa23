import type { EniId, SubnetId } from "../facts/index.ts";
import type { Cidr, Ipv4 } from "../net/index.ts";
import type { EniRole } from "./attached-eni.ts";
import { countBits } from "./block.ts";
import type { Eni } from "./eni.ts";
import type { Lease } from "./lease.ts";

/** The numbers that decide. They count blocks that serve new pods, on ENIs that may serve pods. */
export interface PoolStats {
  /** ENIs in the pool, all kinds. */
  readonly enis: number;
  /** Addresses held for pods. */
  readonly total: number;
  readonly assigned: number;
  readonly cooling: number;
  /** What the policy calls available: `stock` total − assigned, `berth` without the cooling ones. */
  readonly available: number;
  /** Addresses that pods hold on blocks that serve no new pods: those of the unit that was in force before. */
  readonly elsewhere: number;
  /** /28 prefixes, and how many of them are wholly unused; `stock` counts those on excluded ENIs too. */
  readonly prefixes: number;
  readonly freePrefixes: number;
}

/** One ENI for display. */
export interface EniView {
  readonly id: EniId;
  readonly deviceIndex: number;
  readonly role: EniRole;
  readonly service: "pods" | "excluded";
  /** `leaving`: being detached; serves no pods. */
  readonly phase: "serving" | "leaving";
  readonly subnetId: SubnetId;
  readonly primaryAddress: Ipv4;
  readonly blocks: readonly BlockView[];
}

/** One block for display. */
export interface BlockView {
  readonly cidr: Cidr;
  readonly assigned: number;
  readonly cooling: number;
}

/** What an outcome, an observation or new settings changed, for logs, kernel clean-up and the checkpoint. */
export interface PoolChange {
  readonly addedEnis: readonly EniId[];
  readonly removedEnis: readonly EniId[];
  readonly addedBlocks: readonly { readonly eniId: EniId; readonly cidr: Cidr }[];
  readonly removedBlocks: readonly { readonly eniId: EniId; readonly cidr: Cidr }[];
  /** Leases whose address is gone from the node although the pod may still run. The checkpoint must be written. */
  readonly lost: readonly Lease[];
}

/** What an ENI looks like now. */
export function viewOf(eni: Eni): EniView {
  const { id, deviceIndex, role, service, phase, subnetId, primaryAddress } = eni;
  const blocks = eni.blocks().map(({ cidr, assigned, cooling }) => ({
    cidr,
    assigned: countBits(assigned),
    cooling: countBits(cooling),
  }));
  return { id, deviceIndex, role, service, phase, subnetId, primaryAddress, blocks };
}
