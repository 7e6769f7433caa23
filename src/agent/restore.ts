import { addIpv4, cidrSize, formatIp } from "../net/index.ts";
import type { Ip, Ipv4 } from "../net/index.ts";
import type { Pool, SavedLease } from "../pool/index.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { errorFacts } from "./log.ts";
import type { NodePorts } from "./node.ts";
import type { RestorableAddresses } from "./pod-addresses.ts";

/**
 * Takes over what the last process left: leases of pods that still have their link, with exactly their routes and
 * rules; leases of pods that died meanwhile are released; addresses without owner have no rules. Then the checkpoint
 * says the same.
 */
export async function restore(
  { kernel, log, time }: Pick<NodePorts, "kernel" | "log" | "time">,
  {
    pool,
    saved,
    checkpoint,
    free,
  }: {
    readonly pool: RestorableAddresses;
    readonly saved: readonly SavedLease<Ip>[];
    readonly checkpoint: Pick<Checkpoint, "commit">;
    /** The addresses that no pod has once the leases are restored, or a test for them. */
    readonly free: () => Parameters<NodePorts["kernel"]["normalise"]>[0]["free"];
  },
): Promise<void> {
  const { restored, stale, conflicting } = pool.restore(saved);
  for (const { pod, address } of [...stale, ...conflicting]) {
    const facts = { ...pod, address: formatIp(address) };
    log.warn(facts, "a pod of the checkpoint has an address that is not this node's any more");
  }
  const { dead, failed } = kernel.normalise({
    leases: restored,
    free: free(),
  });
  for (const { key, error } of failed) {
    log.warn(
      { ...pool.lease(key)?.pod, ...errorFacts(error) },
      "the network of a pod is not as it should be; its set-up was cut off, so the runtime will remove it",
    );
  }
  // They may have ended a moment ago, so their addresses cool down; the stock policy frees them at once.
  for (const key of dead) {
    if (pool.settings.policy === "stock") pool.undoAssign(key);
    else pool.release(key, time.nowMs());
  }
  log.info(
    { kept: restored.length - dead.length, dead: dead.length, lost: stale.length },
    "took over the checkpoint",
  );
  await checkpoint
    .commit()
    .catch((error: unknown) => log.warn(errorFacts(error), "the checkpoint lags"));
}

/** Every address of the pool that no pod has. */
export function freeAddresses(pool: Pool, nowMs: number): Ipv4[] {
  const leased = new Set(pool.leases().map(({ address }) => address));
  const addresses = pool
    .enis(nowMs)
    .flatMap(({ blocks }) => blocks.flatMap(({ cidr }) => addressesOf(cidr)));
  return addresses.filter((address) => !leased.has(address));
}

function addressesOf(cidr: { readonly base: Ipv4; readonly bits: number }): Ipv4[] {
  return Array.from({ length: cidrSize(cidr) }, (_, index) => addIpv4(cidr.base, index));
}
