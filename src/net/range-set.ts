import { invariant } from "../base/index.ts";
import type { Cidr } from "./cidr.ts";
import { type Ipv4, toIpv4 } from "./ipv4.ts";
import type { Range } from "./range.ts";

/**
 * A set of IPv4 addresses, kept as sorted ranges that neither overlap nor touch.
 * Looking up costs the logarithm of the number of ranges; `count` is kept, not computed.
 */
export class RangeSet implements Iterable<Ipv4> {
  readonly #firsts: number[] = [];
  readonly #lasts: number[] = [];
  #count = 0;

  constructor(ranges: Iterable<Range> = []) {
    for (const range of ranges) this.add(range);
  }

  /** How many addresses are in the set. */
  get count(): number {
    return this.#count;
  }

  /** How many ranges the set consists of; 1 means that it has no gap. */
  get rangeCount(): number {
    return this.#firsts.length;
  }

  /** Adds the addresses; those already there stay. */
  add({ first, last }: Range): void {
    invariant(first <= last, "a range ends before it begins");
    // Ranges that touch the new one are merged with it, hence the − 1 and + 1.
    const from = this.#firstEndingAtOrAfter(first - 1);
    const to = this.#firstStartingAfter(last + 1);
    const mergedFirst = from < to ? Math.min(first, numberAt(this.#firsts, from)) : first;
    const mergedLast = from < to ? Math.max(last, numberAt(this.#lasts, to - 1)) : last;
    this.#count += mergedLast - mergedFirst + 1 - this.#size(from, to);
    this.#firsts.splice(from, to - from, mergedFirst);
    this.#lasts.splice(from, to - from, mergedLast);
  }

  /** Takes the addresses out; those that are not there don't matter. */
  remove({ first, last }: Range): void {
    invariant(first <= last, "a range ends before it begins");
    const from = this.#firstEndingAtOrAfter(first);
    const to = this.#firstStartingAfter(last);
    if (from >= to) return;
    const firsts: number[] = [];
    const lasts: number[] = [];
    const leftFirst = numberAt(this.#firsts, from);
    const rightLast = numberAt(this.#lasts, to - 1);
    if (leftFirst < first) {
      firsts.push(leftFirst);
      lasts.push(first - 1);
    }
    if (rightLast > last) {
      firsts.push(last + 1);
      lasts.push(rightLast);
    }
    const before = this.#size(from, to);
    this.#firsts.splice(from, to - from, ...firsts);
    this.#lasts.splice(from, to - from, ...lasts);
    this.#count += this.#size(from, from + firsts.length) - before;
  }

  /** Whether the address is in the set. */
  has(ip: Ipv4): boolean {
    const index = this.#firstEndingAtOrAfter(ip);
    return index < this.#firsts.length && numberAt(this.#firsts, index) <= ip;
  }

  /** Whether all addresses of the range are in the set. */
  hasAll({ first, last }: Range): boolean {
    const index = this.#firstEndingAtOrAfter(last);
    return index < this.#firsts.length && numberAt(this.#firsts, index) <= first;
  }

  /** Whether at least one address of the range is in the set. */
  hasAny({ first, last }: Range): boolean {
    const index = this.#firstEndingAtOrAfter(first);
    return index < this.#firsts.length && numberAt(this.#firsts, index) <= last;
  }

  /** The lowest address at or above `from`, or undefined when there is none. */
  first(from: Ipv4 = toIpv4(0)): Ipv4 | undefined {
    const index = this.#firstEndingAtOrAfter(from);
    if (index >= this.#firsts.length) return undefined;
    return toIpv4(Math.max(from, numberAt(this.#firsts, index)));
  }

  /** The address with `index` lower ones in the set (0 is the lowest), or undefined beyond the end. */
  at(index: number): Ipv4 | undefined {
    invariant(Number.isInteger(index) && index >= 0, "not a position in a set");
    let left = index;
    for (const { first, last } of this.ranges()) {
      if (left <= last - first) return toIpv4(first + left);
      left -= last - first + 1;
    }
    return undefined;
  }

  /** The ranges in ascending order. Don't change the set meanwhile. */
  *ranges(): Generator<Range, undefined> {
    for (const [index, first] of this.#firsts.entries()) {
      yield { first: toIpv4(first), last: toIpv4(numberAt(this.#lasts, index)) };
    }
    return undefined;
  }

  /** The addresses in ascending order. Don't change the set meanwhile. */
  *[Symbol.iterator](): Generator<Ipv4, undefined> {
    for (const { first, last } of this.ranges()) {
      for (let ip: number = first; ip <= last; ip++) yield toIpv4(ip);
    }
    return undefined;
  }

  /** The blocks of length `bits`, aligned to their size, that lie wholly in the set, in ascending order. */
  *alignedBlocks(bits: number): Generator<Cidr, undefined> {
    const size = blockSize(bits);
    for (const { first, last } of this.ranges()) {
      for (let base = alignUp(first, size); base + size - 1 <= last; base += size) {
        yield { base: toIpv4(base), bits };
      }
    }
    return undefined;
  }

  /** The lowest of {@link alignedBlocks}, or undefined when there is none. */
  firstAlignedBlock(bits: number): Cidr | undefined {
    return this.alignedBlocks(bits).next().value;
  }

  /** How many {@link alignedBlocks} there are, without visiting each. */
  alignedBlockCount(bits: number): number {
    const size = blockSize(bits);
    let count = 0;
    for (const { first, last } of this.ranges()) {
      count += Math.max(0, Math.floor((last + 1 - alignUp(first, size)) / size));
    }
    return count;
  }

  /** A set with the same addresses that changes independently. */
  clone(): RangeSet {
    return new RangeSet(this.ranges());
  }

  #size(from: number, to: number): number {
    let size = 0;
    for (let index = from; index < to; index++) {
      size += numberAt(this.#lasts, index) - numberAt(this.#firsts, index) + 1;
    }
    return size;
  }

  #firstEndingAtOrAfter(ip: number): number {
    return lowerBound(this.#lasts, ip);
  }

  #firstStartingAfter(ip: number): number {
    return lowerBound(this.#firsts, ip + 1);
  }
}

/** The index of the first element that is at least `value` in an ascending list (its length if none is). */
function lowerBound(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numberAt(ascending, middle) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function blockSize(bits: number): number {
  invariant(Number.isInteger(bits) && bits >= 0 && bits <= 32, "not a prefix length");
  return 2 ** (32 - bits);
}

function alignUp(value: number, size: number): number {
  return Math.ceil(value / size) * size;
}

function numberAt(list: readonly number[], index: number): number {
  return list[index] as number;
}
