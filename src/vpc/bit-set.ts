import type { Random } from "../base/index.ts";

/** A set of integers in 0 … size − 1. Its count is kept; picking at random is nearly always one look. */
export class BitSet {
  readonly size: number;
  readonly #words: Uint32Array;
  #count = 0;

  constructor(size: number) {
    this.size = size;
    this.#words = new Uint32Array(Math.ceil(size / 32));
  }

  /** How many integers are in the set. */
  get count(): number {
    return this.#count;
  }

  has(index: number): boolean {
    return (this.#word(index >>> 5) & (1 << (index & 31))) !== 0;
  }

  add(index: number): void {
    if (this.has(index)) return;
    this.#words[index >>> 5] = this.#word(index >>> 5) | (1 << (index & 31));
    this.#count++;
  }

  delete(index: number): void {
    if (!this.has(index)) return;
    this.#words[index >>> 5] = this.#word(index >>> 5) & ~(1 << (index & 31));
    this.#count--;
  }

  /** One element, every one equally likely; undefined when the set is empty. */
  pick(random: Random): number | undefined {
    if (this.#count === 0) return undefined;
    // A sparse set would make for many misses, so after some of them the element is counted off.
    for (let look = 0; look < LOOKS_MAX; look++) {
      const index = random.below(this.size);
      if (this.has(index)) return index;
    }
    return this.#select(random.below(this.#count));
  }

  /** The element with `rank` smaller ones. */
  #select(rank: number): number {
    let left = rank;
    let word = 0;
    for (let ones = popCount(this.#word(0)); left >= ones; ones = popCount(this.#word(word))) {
      left -= ones;
      word++;
    }
    let index = word * 32;
    while (!this.has(index) || left-- > 0) index++;
    return index;
  }

  #word(index: number): number {
    return this.#words[index] as number;
  }
}

const LOOKS_MAX = 16;

function popCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
