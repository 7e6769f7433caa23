import type { Change } from "./change.ts";

/** The last changes of one table, oldest first. */
export class History {
  /** The version of the newest change that was forgotten: watches may begin there or later. */
  forgottenVersion: number;
  readonly #limit: number;
  #changes: Change[] = [];

  /** Keeps at least `limit` changes; knows nothing of what was before `version`. */
  constructor(limit: number, version: number) {
    this.#limit = limit;
    this.forgottenVersion = version;
  }

  add(change: Change): void {
    this.#changes.push(change);
    // Cutting rarely, and much at once, makes an addition cheap.
    if (this.#changes.length < this.#limit * 1.25) return;
    const dropped = this.#changes.length - this.#limit;
    this.forgottenVersion = this.#changes[dropped - 1]?.version ?? this.forgottenVersion;
    this.#changes = this.#changes.slice(dropped);
  }

  /** The changes after a version, or undefined if some of them are forgotten. */
  after(version: number): readonly Change[] | undefined {
    if (version < this.forgottenVersion) return undefined;
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle]?.version ?? 0) <= version) low = middle + 1;
      else high = middle;
    }
    return this.#changes.slice(low);
  }
}
