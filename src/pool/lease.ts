import type { EniId } from "../facts/index.ts";
import type { Ip, Ipv4 } from "../net/index.ts";

/**
 * Who holds an address: the CNI's own primary key, written `networkName/containerID/ifName`.
 * A new sandbox of the same pod is another owner.
 */
export type OwnerKey = string;

/** Whose sandbox it is. For people and checkpoints; decides nothing. */
export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** One address in the hands of one owner. */
export interface Lease<Address extends Ip = Ipv4> {
  readonly key: OwnerKey;
  readonly pod: PodName;
  readonly address: Address;
  readonly eniId: EniId;
  readonly deviceIndex: number;
  /** When it was assigned, in ms of the caller's clock. */
  readonly assignedAtMs: number;
}

/** A lease as a checkpoint remembers it: the ENI is looked up again. */
export type SavedLease<Address extends Ip = Ipv4> = Omit<Lease<Address>, "eniId" | "deviceIndex">;

/** What {@link Pool.restore} found. Only `restored` are held now. */
export interface Restored {
  readonly restored: readonly Lease[];
  /** The address is on no ENI of the node any more. */
  readonly stale: readonly SavedLease[];
  /** The address or the key was already taken by another lease: the checkpoint contradicts itself. */
  readonly conflicting: readonly SavedLease[];
}
