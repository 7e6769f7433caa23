import type { Time } from "../../time/index.ts";
import type { Region } from "../../vpc/index.ts";

/**
 * Lets a region's time pass: finishes what is due when it is due, and calls `changed` soon after any change, once for all
 * changes of one step.
 */
export class RegionClock {
  readonly #region: Region;
  readonly #time: Time;
  readonly #changed: () => void;
  readonly #follower: ReturnType<Region["follow"]>;
  #waiting: AbortController | undefined;
  #closed = false;

  constructor(region: Region, { time, changed }: { time: Time; changed: () => void }) {
    this.#region = region;
    this.#time = time;
    this.#changed = changed;
    this.#follower = region.follow(() => {
      // Before any reply is on its way: whoever is told of a change can rely on it.
      queueMicrotask(() => this.#drain());
    });
    this.#setTimer();
  }

  /** Calls `changed` now for what has changed since the last time. */
  flush(): void {
    this.#drain();
  }

  close(): void {
    this.#closed = true;
    this.#waiting?.abort();
    this.#follower.close();
  }

  #drain(): void {
    if (this.#closed || this.#follower.drain().length === 0) return;
    this.#setTimer();
    this.#changed();
  }

  #setTimer(): void {
    this.#waiting?.abort();
    this.#waiting = undefined;
    const nextMs = this.#region.nextDeadlineMs;
    if (nextMs === undefined || this.#closed) return;
    const waiting = new AbortController();
    this.#waiting = waiting;
    const waitMs = Math.max(0, nextMs - this.#time.nowMs());
    void this.#time.sleep(waitMs, { signal: waiting.signal, holds: true }).then(() => {
      if (waiting.signal.aborted) return;
      this.#region.advance(this.#time.nowMs());
      this.#drain();
      this.#setTimer();
    });
  }
}
