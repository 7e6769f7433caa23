import type { Time } from "../time/index.ts";

/** Lets one party sleep until a deadline or until others call. Calls while nobody sleeps are not kept. */
export interface Wake {
  /** Resolves at `untilMs` of its time (never for Infinity), at the next {@link call}, or when `signal` aborts. */
  sleep(untilMs: number, signal: AbortSignal): Promise<void>;
  /** Wakes every sleeper, in the order in which they went to sleep. */
  call(): void;
}

/** Sleepers in `time`. They do not keep the process alive. */
export function newWake(time: Time): Wake {
  let sleepers = new Set<AbortController>();
  return {
    async sleep(untilMs, signal) {
      if (signal.aborted) return;
      const called = new AbortController();
      sleepers.add(called);
      const onAbort = (): void => called.abort();
      signal.addEventListener("abort", onAbort);
      await time.sleep(Math.max(0, untilMs - time.nowMs()), { signal: called.signal });
      signal.removeEventListener("abort", onAbort);
      sleepers.delete(called);
    },
    call() {
      const woken = sleepers;
      sleepers = new Set();
      for (const sleeper of woken) sleeper.abort();
    },
  };
}
