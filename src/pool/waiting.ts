import type { OwnerKey } from "./lease.ts";

/** Who was refused so long ago has asked again since, or does not wait any more. */
const WAITING_MS = 15_000;

/**
 * Who was refused an address a short while ago and has none yet. Runtimes ask again under another key, so this is a
 * little more than the pods that wait; it says how many addresses would be used at once, and decides nothing else.
 */
export class Waiting {
  readonly #sinceMs = new Map<OwnerKey, number>();

  /** How many wait. */
  get count(): number {
    return this.#sinceMs.size;
  }

  /** The key was refused. */
  add(key: OwnerKey, nowMs: number): void {
    this.#sinceMs.delete(key);
    for (const [other, sinceMs] of this.#sinceMs) {
      if (nowMs - sinceMs <= WAITING_MS) break;
      this.#sinceMs.delete(other);
    }
    this.#sinceMs.set(key, nowMs);
  }

  /** The key has an address. */
  delete(key: OwnerKey): void {
    this.#sinceMs.delete(key);
  }

  /** The pool has changed: whoever still waits asks again. */
  clear(): void {
    this.#sinceMs.clear();
  }
}
