/** Lets one party sleep until a deadline or until others call. Calls while nobody sleeps are not kept. */
export interface Wake {
  /** Resolves at `untilMs` of the process clock (never for Infinity), at the next {@link call}, or when `signal` aborts. */
  sleep(untilMs: number, signal: AbortSignal): Promise<void>;
  /** Wakes every sleeper, in the order in which they went to sleep. */
  call(): void;
}

/** setTimeout's longest delay; a later deadline is simply met by going to sleep again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Sleepers on the clock `now`. */
export function newWake(now: () => number): Wake {
  let sleepers = new Set<() => void>();
  return {
    sleep(untilMs, signal) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const delayMs = Math.max(0, untilMs - now());
        const timer = setTimeout(wake, Math.min(delayMs, LONGEST_TIMER_MS));
        function wake(): void {
          clearTimeout(timer);
          sleepers.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        }
        sleepers.add(wake);
        signal.addEventListener("abort", wake);
      });
    },
    call() {
      const woken = sleepers;
      sleepers = new Set();
      for (const wake of woken) wake();
    },
  };
}
