import type { Time } from "../time/index.ts";

/** Times between attempts: `startMs`, doubling up to `capMs`, each with up to `jitterShare` of itself added. */
export interface BackOff {
  readonly startMs: number;
  readonly capMs: number;
  readonly jitterShare: number;
  /** How often it is tried at all. */
  readonly attempts: number;
}

/**
 * The schedules of the Amazon VPC CNI plugin v1.23, but for some. Instance metadata is local and free to ask, so we look
 * every second instead of ever more rarely, for the same 162 s in all. A start waits half a minute for EC2, because
 * ending at once makes every node of a throttled account come back, and ask, more often; and a quarter of a minute for
 * metadata to show ENIs that pods are on. The deletion of an ENI that was not attached is given up soon: an
 * attachment whose answer was lost makes EC2 refuse it for ever, and the pool stands still meanwhile.
 */
export const BACK_OFF: Readonly<
  Record<"start" | "waitForKnown" | "waitForEni" | "detach" | "delete" | "undo" | "tag", BackOff>
> = {
  start: { startMs: 500, capMs: 10_000, jitterShare: 0.3, attempts: 8 },
  waitForKnown: { startMs: 250, capMs: 2_000, jitterShare: 0.15, attempts: 10 },
  waitForEni: { startMs: 100, capMs: 1_000, jitterShare: 0.15, attempts: 165 },
  detach: { startMs: 200, capMs: 60_000, jitterShare: 0.15, attempts: 12 },
  delete: { startMs: 500, capMs: 60_000, jitterShare: 0.15, attempts: 12 },
  undo: { startMs: 500, capMs: 2_000, jitterShare: 0.15, attempts: 4 },
  tag: { startMs: 500, capMs: 60_000, jitterShare: 0.3, attempts: 5 },
};

/** On which clock it is waited between attempts, and what makes them end. */
export interface Repeating {
  readonly time: Time;
  readonly signal: AbortSignal;
  readonly worthwhile?: (error: unknown) => boolean;
}

/**
 * Calls `attempt` until it succeeds, sleeping as `backOff` says after each failure but the last, whose error is thrown.
 * `worthwhile` may end it early: an error for which it says false is thrown at once. `signal` ends a sleep with its
 * reason as the error.
 */
export async function retry<T>(
  attempt: (lastAttempt: boolean) => Promise<T>,
  backOff: BackOff,
  { worthwhile = () => true, signal, time }: Repeating,
): Promise<T> {
  let delayMs = backOff.startMs;
  for (let count = 1; ; count++) {
    try {
      return await attempt(count === backOff.attempts);
    } catch (error) {
      if (count >= backOff.attempts || !worthwhile(error)) throw error;
    }
    const jitterMs = Math.random() * delayMs * backOff.jitterShare;
    await pause(delayMs + jitterMs, { time, signal });
    delayMs = Math.min(backOff.capMs, delayMs * 2);
  }
}

/** Waits. Throws the reason of `signal` if that aborts first. */
export async function pause(
  ms: number,
  { time, signal }: Pick<Repeating, "time" | "signal">,
): Promise<void> {
  // The process stays for it: at the start nothing else may be there yet that keeps it alive.
  await time.sleep(ms, { signal, holds: true });
  signal.throwIfAborted();
}
