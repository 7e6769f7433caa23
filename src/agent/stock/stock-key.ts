import { NETWORK_NAME } from "../../cni/index.ts";
import type { OwnerKey } from "../../pool/index.ts";
import { ownerKey, parseOwnerKey } from "../owner.ts";

/** What the VPC CNI identifies an attachment by, in its own spelling. */
export interface StockKey {
  readonly networkName: string;
  readonly containerID: string;
  readonly ifName: string;
}

/** Name of the network in the VPC CNI's list, `10-aws.conflist`. */
export const STOCK_NETWORK = "aws-cni";
/** What the VPC CNI put in place of what it did not know of pods from before its checkpoint, release 1.7. */
const MIGRATED = { networkName: "_migrated-from-cri", ifName: "unknown" };
/** How every runtime of Kubernetes names a pod's interface. */
const POD_INTERFACE = "eth0";

/**
 * The pool's key for an attachment in the VPC CNI's words. Its network and Berth's are one: a pod that came by the one list
 * leaves by the other, because a runtime deletes it from whichever list it has then.
 */
export function fromStockKey({ networkName, containerID, ifName }: StockKey): OwnerKey {
  const migrated = networkName === MIGRATED.networkName && ifName === MIGRATED.ifName;
  const own = migrated || networkName === STOCK_NETWORK;
  return ownerKey({
    network: own ? NETWORK_NAME : networkName,
    containerId: containerID,
    ifName: migrated ? POD_INTERFACE : ifName,
  });
}

/** The other way round. */
export function stockKeyOf(key: OwnerKey): StockKey {
  const { network, containerId, ifName } = parseOwnerKey(key);
  return {
    networkName: network === NETWORK_NAME ? STOCK_NETWORK : network,
    containerID: containerId,
    ifName,
  };
}
