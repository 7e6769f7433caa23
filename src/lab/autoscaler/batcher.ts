import type { Time } from "../../time/index.ts";

/** Collects calls into batches. */
export interface Batcher {
  /** There is something to do. */
  trigger(): void;
  /** Resolves when a batch has been begun by a trigger and closed; false if the signal aborted first. */
  wait(): Promise<boolean>;
}

/** How long a batch stays open. Milliseconds of the time. */
export interface BatchWindow {
  /** Closed when no other trigger has come for so long … */
  readonly idleMs: number;
  /** … or after so long in any case. */
  readonly maxMs: number;
}

/** Karpenter's batcher: a batch is open until it is quiet, but not for ever. */
export function newBatcher(
  { idleMs, maxMs }: BatchWindow,
  { time, signal }: { readonly time: Time; readonly signal: AbortSignal },
): Batcher {
  let triggers = 0;
  let begun = Promise.withResolvers<undefined>();
  const ended = (): boolean => signal.aborted;
  signal.addEventListener("abort", () => begun.resolve(undefined), { once: true });

  return {
    trigger() {
      triggers++;
      begun.resolve(undefined);
    },
    async wait() {
      await begun.promise;
      const openedMs = time.nowMs();
      for (let seen = 0; seen !== triggers && !ended();) {
        seen = triggers;
        const leftMs = openedMs + maxMs - time.nowMs();
        if (leftMs <= 0) break;
        await time.sleep(Math.min(idleMs, leftMs), { signal });
      }
      triggers = 0;
      if (ended()) return false;
      begun = Promise.withResolvers();
      return true;
    },
  };
}
