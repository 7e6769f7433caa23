/** How long to hold off after failures in a row: `firstMs`, then twice as long each time, at most `capMs`. */
export interface BackoffSpan {
  readonly firstMs: number;
  readonly capMs: number;
}

/** A failure so long over counts no more. */
const FORGET_AFTER_MS = 600_000;

/** What is being held off after failures, by name, each with its own deadline. */
export class Backoffs {
  readonly #entries = new Map<string, { failures: number; untilMs: number }>();

  /** One more failure. Answers when to try again. */
  fail(name: string, nowMs: number, { firstMs, capMs }: BackoffSpan): number {
    for (const [other, entry] of this.#entries) {
      if (nowMs > entry.untilMs + FORGET_AFTER_MS) this.#entries.delete(other);
    }
    const failures = (this.#entries.get(name)?.failures ?? 0) + 1;
    const untilMs = nowMs + Math.min(capMs, firstMs * 2 ** (failures - 1));
    this.#entries.set(name, { failures, untilMs });
    return untilMs;
  }

  /** Holds off until then, without a failure to count. */
  hold(name: string, untilMs: number): void {
    this.#entries.set(name, { failures: this.#entries.get(name)?.failures ?? 0, untilMs });
  }

  /** It worked: the next failure starts from `firstMs` again. */
  clear(name: string): void {
    this.#entries.delete(name);
  }

  holds(name: string, nowMs: number): boolean {
    return nowMs < this.untilMs(name);
  }

  /** When it may be tried again; −Infinity when nothing is held off. */
  untilMs(name: string): number {
    return this.#entries.get(name)?.untilMs ?? -Infinity;
  }

  /** The next deadline after `nowMs`; Infinity when there is none. */
  nextMs(nowMs: number): number {
    let next = Infinity;
    for (const { untilMs } of this.#entries.values()) {
      if (untilMs > nowMs) next = Math.min(next, untilMs);
    }
    return next;
  }
}
