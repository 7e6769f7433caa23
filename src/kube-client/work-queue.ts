import type { Time } from "../time/index.ts";

/** Keys that are to be worked on, each once at a time. */
export interface WorkQueue {
  /** Works on the key soon; once, however often it is added before its turn comes. */
  add(key: string): void;
  /** Adds the key after a delay of the queue's time; of several delays the one that ends first counts. */
  addAfter(key: string, delayMs: number): void;
  /** Resolves when no key waits or is being worked on; keys that wait for a time do not count. */
  idle(): Promise<void>;
  /** No key is begun after it. Resolves when those under way are done. */
  close(): Promise<void>;
}

/** How a {@link WorkQueue} works. */
export interface WorkQueueOptions {
  readonly time: Time;
  /** Works on one key. If it rejects, the key is tried again after 5 ms, doubling up to 1000 s, as in client-go. */
  readonly work: (key: string) => Promise<void>;
  /** Told of every rejection. */
  readonly onError?: ((key: string, error: unknown) => void) | undefined;
  /** How many keys at a time; default 1. */
  readonly concurrency?: number | undefined;
}

const FIRST_DELAY_MS = 5;
const LONGEST_DELAY_MS = 1_000_000;

/** A deduplicating queue: a key added while it is worked on comes again afterwards. */
export function openWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { time, concurrency = 1 } = options;
  const waiting = new Set<string>();
  const working = new Set<string>();
  const again = new Set<string>();
  const failures = new Map<string, number>();
  const idlers: (() => void)[] = [];
  let scheduled = false;
  const closing = new AbortController();

  function add(key: string): void {
    if (closing.signal.aborted) return;
    if (working.has(key)) again.add(key);
    else waiting.add(key);
    begin();
  }

  const addAfter = newDelay(time, closing.signal, add);

  // In a microtask, so that what is added in one go is worked on once.
  function begin(): void {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      beginNow();
    });
  }

  function beginNow(): void {
    for (const key of waiting) {
      if (working.size >= concurrency) return;
      waiting.delete(key);
      working.add(key);
      void workOn(key);
    }
  }

  async function workOn(key: string): Promise<void> {
    try {
      await options.work(key);
      failures.delete(key);
    } catch (error) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      addAfter(key, Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** count));
      options.onError?.(key, error);
    } finally {
      working.delete(key);
      if (again.delete(key)) add(key);
      begin();
      if (working.size === 0 && waiting.size === 0)
        for (const resolve of idlers.splice(0)) resolve();
    }
  }

  async function idle(): Promise<void> {
    if (working.size === 0 && waiting.size === 0) return;
    await new Promise<void>((resolve) => idlers.push(resolve));
  }

  return {
    add,
    addAfter,
    idle,
    close: () => {
      closing.abort();
      waiting.clear();
      again.clear();
      return idle();
    },
  };
}

function newDelay(
  time: Time,
  signal: AbortSignal,
  add: (key: string) => void,
): WorkQueue["addAfter"] {
  const due = new Map<string, number>();
  return (key, delayMs) => {
    const dueMs = time.nowMs() + delayMs;
    if ((due.get(key) ?? Number.POSITIVE_INFINITY) <= dueMs) return;
    due.set(key, dueMs);
    void time.sleep(delayMs, { signal }).then(() => {
      if (due.get(key) !== dueMs) return;
      due.delete(key);
      add(key);
    });
  };
}
