import type { Time } from "../time/index.ts";

/** Keys that are to be worked on, each once at a time. */
export interface WorkQueue {
  /** Works on the key soon; once, however often it is added before its turn comes. */
  add(key: string): void;
  /** Adds the key after a delay of the queue's time. */
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

/** A deduplicating queue: a key added while it is worked on comes again afterwards. */
export function openWorkQueue(options: WorkQueueOptions): WorkQueue {
  throw new Error(`being written: ${options.time.nowMs()}`);
}
