import { CNI_CODES, findWiring } from "../cni/index.ts";
import type { CniFailure, ContainerRequest, NetworkConfig } from "../cni/index.ts";
import { formatIp } from "../net/index.ts";
import type { Ip } from "../net/index.ts";
import type { Lease, OwnerKey } from "../pool/index.ts";
import { fromError, keyOf } from "./cni-parts.ts";
import type { CniParts } from "./cni-parts.ts";
import { errorFacts } from "./log.ts";
import { ownerKey, parseOwnerKey } from "./owner.ts";

/** DEL: unwire, release, make it durable. A container that is not known is fine: DEL may come twice. */
export async function remove(
  parts: CniParts,
  request: ContainerRequest,
): Promise<string | CniFailure> {
  const { pool, kernel } = parts;
  const key = keyOf(request);
  try {
    const lease = pool.lease(key);
    if (lease === undefined) unwireStranger(parts, request);
    else {
      kernel.unwirePod(lease.address);
      await release(parts, [key]);
      await clearAnnotation(parts, lease);
    }
    return "";
  } catch (error) {
    return fromError(error, CNI_CODES.tryAgainLater);
  }
}

/** The address is free by now, so what goes wrong here is only logged. */
async function clearAnnotation(
  { cluster, podAddressAnnotation, log }: CniParts,
  { pod, address }: Lease<Ip>,
): Promise<void> {
  if (cluster === undefined || podAddressAnnotation === "off") return;
  try {
    await cluster.clearPodAddress(pod, address);
  } catch (error) {
    log.warn({ ...pod, ...errorFacts(error) }, "a pod's annotation still has its old address");
  }
}

/**
 * A pod that the pool does not know: DEL came twice, or the checkpoint was lost. Its previous result says which rules
 * it had; they go, unless the address has a new owner by now.
 */
function unwireStranger(
  { pool, kernel, log }: CniParts,
  { config, ifName }: ContainerRequest,
): void {
  const wiring = config.previous === undefined ? undefined : findWiring(config.previous, ifName);
  if (wiring === undefined || pool.leases().some(({ address }) => address === wiring.address))
    return;
  kernel.unwirePod(wiring.address);
  log.debug(
    { address: formatIp(wiring.address) },
    "removed what was left of a pod that the pool does not know",
  );
}

/** Releases addresses whose pods are unwired, and makes it durable; takes it back if that fails. */
async function release(
  { pool, checkpoint, time, wake }: CniParts,
  keys: readonly OwnerKey[],
): Promise<void> {
  const released: Lease<Ip>[] = [];
  for (const key of keys) {
    const result = pool.release(key, time.nowMs());
    if (result.ok) released.push(result.lease);
  }
  try {
    await checkpoint.commit();
  } catch (error) {
    for (const lease of released) pool.undoRelease(lease);
    throw error;
  }
  wake.call();
}

/** Releases what this network holds for containers that the runtime does not know any more. */
export async function collect(
  parts: CniParts,
  { name, validAttachments }: NetworkConfig,
): Promise<string | CniFailure> {
  const valid = new Set(
    validAttachments.map((attachment) => ownerKey({ network: name, ...attachment })),
  );
  const leases = parts.pool.leases();
  const stale = leases.filter(({ key }) => parseOwnerKey(key).network === name && !valid.has(key));
  if (stale.length === 0) return "";
  try {
    for (const { address } of stale) parts.kernel.unwirePod(address);
    await release(
      parts,
      stale.map(({ key }) => key),
    );
    return "";
  } catch (error) {
    return fromError(error, CNI_CODES.tryAgainLater);
  }
}
