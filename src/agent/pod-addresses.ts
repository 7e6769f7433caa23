import type { Ip } from "../net/index.ts";
import type { Lease, OwnerKey, PodName, PoolPolicy, Refusal, SavedLease } from "../pool/index.ts";

/** The addresses that pods get, of either family: a `Pool`, or an `Ipv6Pool`. See there for what the methods promise. */
export interface PodAddresses {
  assign(
    key: OwnerKey,
    pod: PodName,
    nowMs: number,
  ):
    | { readonly ok: true; readonly lease: Lease<Ip>; readonly already: boolean }
    | { readonly ok: false; readonly refusal: Refusal };
  undoAssign(key: OwnerKey): void;
  release(
    key: OwnerKey,
    nowMs: number,
  ):
    | { readonly ok: true; readonly lease: Lease<Ip> }
    | { readonly ok: false; readonly reason: "unknownOwner" };
  undoRelease(lease: Lease<Ip>): "undone" | "tooLate";
  lease(key: OwnerKey): Lease<Ip> | undefined;
  leases(): Lease<Ip>[];
}

/** Addresses that can take over a checkpoint. */
export interface RestorableAddresses extends PodAddresses {
  readonly settings: { readonly policy: PoolPolicy };
  restore(saved: readonly SavedLease<Ip>[]): {
    readonly restored: readonly Lease<Ip>[];
    readonly stale: readonly SavedLease<Ip>[];
    readonly conflicting: readonly SavedLease<Ip>[];
  };
}
