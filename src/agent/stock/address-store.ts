import type { OwnerKey, PodName } from "../../pool/index.ts";

/** An address in a pod's hands, in the words of the VPC CNI. */
export interface StoredAddress {
  readonly family: 4 | 6;
  /** Without a mask. */
  readonly address: string;
  readonly deviceNumber: number;
  readonly routeTable: number;
}

/** The addresses of one network card. Both calls are durable when they resolve; they reject with a BerthError. */
export interface AddressStore {
  /** The same key again gets the same address. */
  assign(owner: {
    readonly key: OwnerKey;
    readonly pod: PodName;
  }): Promise<StoredAddress | "noAddress">;
  release(key: OwnerKey): Promise<StoredAddress | "unknownPod">;
}
