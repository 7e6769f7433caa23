import type { Ip } from "../net/index.ts";
import type { Lease, OwnerKey, PodName, Refusal } from "../pool/index.ts";
import type { CniParts } from "./cni-parts.ts";

/**
 * Takes an address from the pool, and waits for one that is on its way as long as the settings allow and whoever asks has
 * not hung up. The lease is not durable yet.
 */
export async function acquire(
  {
    pool,
    time,
    wake,
    addWaitMs,
    stopping,
  }: Pick<CniParts, "pool" | "time" | "wake" | "addWaitMs" | "stopping">,
  { key, pod }: { readonly key: OwnerKey; readonly pod: PodName },
  hungUp?: AbortSignal,
): Promise<{ lease: Lease<Ip>; already: boolean } | Refusal> {
  const untilMs = time.nowMs() + addWaitMs;
  const signal = hungUp === undefined ? stopping : AbortSignal.any([hungUp, stopping]);
  for (;;) {
    const result = pool.assign(key, pod, time.nowMs());
    if (result.ok) return result;
    const { refusal } = result;
    if (stopping.aborted) return { reason: "paused" };
    if (time.nowMs() >= untilMs || signal.aborted) return refusal;
    if (refusal.reason === "growing" || refusal.reason === "notReady")
      await wake.sleep(untilMs, signal);
    else if (refusal.reason === "cooling" && refusal.freeAtMs <= untilMs)
      await wake.sleep(refusal.freeAtMs, signal);
    else return refusal;
  }
}
