import { invariant } from "../base/index.ts";
import type { Block } from "./block.ts";
import type { BlockList } from "./block-list.ts";

interface Entry {
  readonly list: BlockList;
  readonly block: Block;
  readonly offset: number;
  readonly sinceMs: number;
  cancelled: boolean;
}

const COMPACT_AT = 1024;

/** Released addresses in order of release. An address is cooling while `now − since ≤ cooldown`, as in the stock plugin. */
export class Cooldown {
  #entries: Entry[] = [];
  #head = 0;

  push(entry: Omit<Entry, "cancelled">): void {
    this.#entries.push({ ...entry, cancelled: false });
  }

  /** Forgets one address that is cooling: it went back to its owner. */
  cancel(block: Block, offset: number): void {
    const entry = this.#entries.findLast((each) => each.block === block && each.offset === offset);
    invariant(entry !== undefined, "a cooling address is in the queue");
    entry.cancelled = true;
  }

  /** Sets every address free that is done cooling. */
  drain(nowMs: number, cooldownMs: number): void {
    for (;;) {
      const entry = this.#first();
      if (entry === undefined || nowMs - entry.sinceMs <= cooldownMs) return;
      this.#head++;
      entry.list.thaw(entry.block, entry.offset);
      if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#entries.length) {
        this.#entries = this.#entries.slice(this.#head);
        this.#head = 0;
      }
    }
  }

  /** When the next address is free again; Infinity when none is cooling. */
  nextFreeMs(cooldownMs: number): number {
    const entry = this.#first();
    return entry === undefined ? Infinity : entry.sinceMs + cooldownMs + 1;
  }

  /** Skips what was cancelled or has left the node. */
  #first(): Entry | undefined {
    let entry = this.#entries[this.#head];
    while (entry !== undefined && (entry.cancelled || !entry.block.present)) {
      this.#head++;
      entry = this.#entries[this.#head];
    }
    return entry;
  }
}
