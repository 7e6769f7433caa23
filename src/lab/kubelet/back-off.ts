interface Entry {
  readonly delayMs: number;
  readonly updatedMs: number;
}

/** How long a {@link BackOff} waits: first, doubling, at most. */
export interface BackOffLimits {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** For containers that end and images that can't be pulled: 10 s, doubling to 5 min (kubelet's defaults). */
export const KUBELET_BACK_OFF: BackOffLimits = { firstMs: 10_000, lastMs: 300_000 };

/** Waiting times that double for each key, with client-go's `flowcontrol.Backoff` rules: forgotten after twice the longest. */
export class BackOff {
  readonly #limits: BackOffLimits;
  readonly #entries = new Map<string, Entry>();

  constructor(limits: BackOffLimits) {
    this.#limits = limits;
  }

  /** The wait of a key; 0 before its first {@link next}. */
  delayMs(key: string): number {
    return this.#entries.get(key)?.delayMs ?? 0;
  }

  /** Until when a key whose last failure was at `sinceMs` has to wait; undefined when that is over. */
  waitsUntilMs(
    key: string,
    { sinceMs, nowMs }: { sinceMs: number; nowMs: number },
  ): number | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#isOld(entry, sinceMs)) return undefined;
    const untilMs = sinceMs + entry.delayMs;
    return nowMs < untilMs ? untilMs : undefined;
  }

  /** When a key was told {@link next} last. */
  updatedMs(key: string): number | undefined {
    return this.#entries.get(key)?.updatedMs;
  }

  /** Doubles the wait of a key that is tried again now, or begins it anew when its last failure is long past. */
  next(key: string, { sinceMs, nowMs }: { sinceMs: number; nowMs: number }): void {
    const entry = this.#entries.get(key);
    const { firstMs, lastMs } = this.#limits;
    const delayMs =
      entry === undefined || this.#isOld(entry, sinceMs)
        ? firstMs
        : Math.min(entry.delayMs * 2, lastMs);
    this.#entries.set(key, { delayMs, updatedMs: nowMs });
  }

  #isOld(entry: Entry, sinceMs: number): boolean {
    return sinceMs - entry.updatedMs > 2 * this.#limits.lastMs;
  }
}
