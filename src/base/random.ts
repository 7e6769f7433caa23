import { invariant } from "./invariant.ts";

/** A stream of pseudo-random numbers that is the same on every machine for the same seed. Not for secrets. */
export interface Random {
  /** The next integer in 0 … 2³² − 1. */
  uint32(): number;
  /** An integer in 0 … n − 1, every one equally likely. `n` is an integer in 1 … 2³². */
  below(n: number): number;
  /** True `num` times in `den`. `chance(0, d)` is never true, `chance(d, d)` always. */
  chance(num: number, den: number): boolean;
  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
}

const TWO_32 = 2 ** 32;

/**
 * A generator seeded with one number (its low 32 bits count).
 * The algorithm is sfc32 of Chris Doty-Humphrey's PractRand ("small fast chaotic", 128 bits of state),
 * with the seed in one word and the first 15 numbers thrown away, so that near seeds give unlike streams.
 */
export function newRandom(seed: number): Random {
  let a = 0;
  let b = seed >>> 0;
  let c = 0;
  let counter = 1;

  function uint32(): number {
    const out = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + out) >>> 0;
    return out;
  }

  function below(n: number): number {
    invariant(Number.isInteger(n) && n >= 1 && n <= TWO_32, "below() takes an integer in 1 … 2³²");
    // The topmost incomplete run of n values is drawn again; otherwise small values would be likelier.
    const limit = TWO_32 - (TWO_32 % n);
    let drawn = uint32();
    while (drawn >= limit) drawn = uint32();
    return drawn % n;
  }

  function chance(num: number, den: number): boolean {
    return below(den) < num;
  }

  function pick<T>(list: readonly T[]): T {
    invariant(list.length > 0, "pick() takes a list that is not empty");
    return list[below(list.length)] as T;
  }

  for (let round = 0; round < 15; round++) uint32();
  return { uint32, below, chance, pick };
}
