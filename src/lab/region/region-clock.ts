import type { Region } from "../../vpc/index.ts";

/**
 * Lets a region's time pass: finishes what is due when it is due, and calls `changed` soon after any change, once for all
 * changes of one step.
 */
export class RegionClock {
  readonly #region: Region;
  readonly #changed: () => void;
  readonly #follower: ReturnType<Region["follow"]>;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(region: Region, changed: () => void) {
    this.#region = region;
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
    clearTimeout(this.#timer);
    this.#follower.close();
  }

  #drain(): void {
    if (this.#closed || this.#follower.drain().length === 0) return;
    this.#setTimer();
    this.#changed();
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const nextMs = this.#region.nextDeadlineMs;
    if (nextMs === undefined) return;
    const LONGEST_MS = 60_000;
    const waitMs = Math.min(Math.max(0, nextMs - Date.now()), LONGEST_MS);
    this.#timer = setTimeout(() => {
      this.#region.advance(Date.now());
      this.#drain();
      this.#setTimer();
    }, waitMs);
  }
}
