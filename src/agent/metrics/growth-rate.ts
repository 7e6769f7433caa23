/** Over how long the rate is taken. */
const WINDOW_MS = 300_000;
/** Samples closer than this are one. */
const STEP_MS = 5_000;

/** How fast a count rises: the line between now and five minutes ago, or the start if that was later. */
export class GrowthRate {
  #samples: { readonly atMs: number; readonly count: number }[] = [];

  /** Notes a count. Call it whenever it changes. */
  note(count: number, atMs: number): void {
    // The last one stays if it is a step after the one before; by its distance from now none would, in quick succession.
    const [before, last] = this.#samples.slice(-2);
    if (before !== undefined && last !== undefined && last.atMs - before.atMs < STEP_MS)
      this.#samples.pop();
    this.#samples.push({ count, atMs });
    this.#forget(atMs);
  }

  /** Counts a second; 0 while nothing is known, negative when it falls. */
  perSecond(atMs: number): number {
    this.#forget(atMs);
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined) return 0;
    const tookMs = atMs - first.atMs;
    return tookMs < STEP_MS ? 0 : ((last.count - first.count) * 1000) / tookMs;
  }

  /** Seconds until `left` more are used up at the present rate; Infinity when the count does not rise. */
  secondsUntil(left: number, atMs: number): number {
    const rate = this.perSecond(atMs);
    return rate <= 0 ? Infinity : Math.max(0, left) / rate;
  }

  /** Keeps one sample from before the window: what the count was when it began. */
  #forget(atMs: number): void {
    const from = atMs - WINDOW_MS;
    const within = this.#samples.findIndex((sample) => sample.atMs > from);
    const kept = within === -1 ? this.#samples.length - 1 : within - 1;
    const before = this.#samples[kept];
    if (kept < 0 || before === undefined) return;
    this.#samples = [
      { count: before.count, atMs: Math.max(before.atMs, from) },
      ...this.#samples.slice(kept + 1),
    ];
  }
}
