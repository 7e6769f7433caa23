import type { Change } from "./change.ts";

/** One reader of a region's changes. It sees every change after it began, once, in order. */
export interface Follower {
  /** The changes since the last call. */
  drain(): readonly Change[];
  /** Ends it: changes are no longer kept for it. */
  close(): void;
}

/** The followers of a region. */
export class Followers {
  readonly #open = new Set<{ changes: Change[]; wake: () => void }>();

  /** `wake` is called when the first undrained change arrives; it must only schedule a later `drain`. */
  follow(wake: () => void): Follower {
    const reader = { changes: [] as Change[], wake };
    this.#open.add(reader);
    return {
      drain: () => reader.changes.splice(0),
      close: () => {
        this.#open.delete(reader);
        reader.changes.length = 0;
      },
    };
  }

  publish(change: Change): void {
    for (const reader of this.#open) {
      reader.changes.push(change);
      if (reader.changes.length === 1) reader.wake();
    }
  }
}
