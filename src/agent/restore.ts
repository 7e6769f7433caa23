import { addIpv4, cidrSize, formatIpv4 } from "../net/index.ts";
import type { Ipv4 } from "../net/index.ts";
import type { Pool, SavedLease } from "../pool/index.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { errorFacts } from "./log.ts";
import type { NodePorts } from "./node.ts";

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
  }: {
    readonly pool: Pool;
    readonly saved: readonly SavedLease[];
    readonly checkpoint: Pick<Checkpoint, "commit">;
  },
): Promise<void> {
  const { restored, stale, conflicting } = pool.restore(saved);
  for (const { pod, address } of [...stale, ...conflicting]) {
    const facts = { ...pod, address: formatIpv4(address) };
    log.warn(facts, "a pod of the checkpoint has an address that is not this node's any more");
  }
  const { dead, failed } = kernel.normalise({
    leases: restored,
    free: freeAddresses(pool, time.nowMs()),
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

function freeAddresses(pool: Pool, nowMs: number): Ipv4[] {
  const leased = new Set(pool.leases().map(({ address }) => address));
  const addresses = pool
    .enis(nowMs)
    .flatMap(({ blocks }) => blocks.flatMap(({ cidr }) => addressesOf(cidr)));
  return addresses.filter((address) => !leased.has(address));
}

function addressesOf(cidr: { readonly base: Ipv4; readonly bits: number }): Ipv4[] {
  return Array.from({ length: cidrSize(cidr) }, (_, index) => addIpv4(cidr.base, index));
}
