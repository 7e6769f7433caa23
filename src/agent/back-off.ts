import { setTimeout as sleep } from "node:timers/promises";

/** Times between attempts: `startMs`, doubling up to `capMs`, each with up to `jitterShare` of itself added. */
export interface BackOff {
  readonly startMs: number;
  readonly capMs: number;
  readonly jitterShare: number;
  /** How often it is tried at all. */
  readonly attempts: number;
}

/**
 * The schedules of the Amazon VPC CNI plugin v1.23, but for two. Instance metadata is local and free to ask, so we look
 * every second instead of ever more rarely, for the same 162 s in all. And a start waits half a minute for EC2, because
 * ending at once makes every node of a throttled account come back, and ask, more often.
 */
export const BACK_OFF: Readonly<
  Record<"start" | "waitForEni" | "detach" | "delete" | "tag", BackOff>
> = {
  start: { startMs: 500, capMs: 10_000, jitterShare: 0.3, attempts: 8 },
  waitForEni: { startMs: 100, capMs: 1_000, jitterShare: 0.15, attempts: 165 },
  detach: { startMs: 200, capMs: 60_000, jitterShare: 0.15, attempts: 12 },
  delete: { startMs: 500, capMs: 60_000, jitterShare: 0.15, attempts: 12 },
  tag: { startMs: 500, capMs: 60_000, jitterShare: 0.3, attempts: 5 },
};

/**
 * Calls `attempt` until it succeeds, sleeping as `backOff` says after each failure but the last, whose error is thrown.
 * `worthwhile` may end it early: an error for which it says false is thrown at once. `signal` ends a sleep.
 */
export async function retry<T>(
  attempt: (lastAttempt: boolean) => Promise<T>,
  backOff: BackOff,
  {
    worthwhile = () => true,
    signal,
  }: { worthwhile?: (error: unknown) => boolean; signal?: AbortSignal } = {},
): Promise<T> {
  let delayMs = backOff.startMs;
  for (let count = 1; ; count++) {
    try {
      return await attempt(count === backOff.attempts);
    } catch (error) {
      if (count >= backOff.attempts || !worthwhile(error)) throw error;
    }
    const jitterMs = Math.random() * delayMs * backOff.jitterShare;
    await sleep(delayMs + jitterMs, undefined, signal === undefined ? {} : { signal });
    delayMs = Math.min(backOff.capMs, delayMs * 2);
  }
}
