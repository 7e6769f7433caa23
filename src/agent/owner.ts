import type { ValidAttachment } from "../cni/index.ts";
import type { OwnerKey } from "../pool/index.ts";

/** One interface of one container in one network: what a CNI runtime identifies an attachment by. */
export interface Owner extends ValidAttachment {
  readonly network: string;
}

/** The key under which the pool holds the owner's address. None of the three parts can contain a slash. */
export function ownerKey({ network, containerId, ifName }: Owner): OwnerKey {
  return `${network}/${containerId}/${ifName}`;
}

/** The owner behind a key. */
export function parseOwnerKey(key: OwnerKey): Owner {
  const [network = "", containerId = "", ifName = ""] = key.split("/");
  return { network, containerId, ifName };
}
