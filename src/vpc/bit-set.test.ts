import { expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { BitSet } from "./bit-set.ts";

test("counts what is in the set, however often it is added or taken out", () => {
  const set = new BitSet(100);
  for (const index of [0, 31, 32, 99, 99]) set.add(index);
  set.delete(32);
  set.delete(32);
  expect([set.count, set.has(31), set.has(32), set.has(99)]).toEqual([3, true, false, true]);
});

test("picks nothing from an empty set", () => {
  expect(new BitSet(32).pick(newRandom(1))).toBeUndefined();
});

test.each([
  { name: "a full set", size: 16, elements: Array.from({ length: 16 }, (_, index) => index) },
  { name: "the first, a middle and the last of many", size: 65_536, elements: [0, 40_000, 65_535] },
  { name: "neighbours at the end of a word", size: 4096, elements: [31, 32, 33, 4095] },
])("picks every element about equally often: $name", ({ size, elements }) => {
  const set = new BitSet(size);
  for (const element of elements) set.add(element);
  const random = newRandom(7);
  const seen = new Map<number | undefined, number>();
  const rounds = elements.length * 200;
  for (let round = 0; round < rounds; round++) {
    const picked = set.pick(random);
    seen.set(picked, (seen.get(picked) ?? 0) + 1);
  }
  expect([...seen.keys()].toSorted((a = 0, b = 0) => a - b)).toEqual(elements);
  // 200 expected of each; 5 standard deviations are about 70.
  for (const count of seen.values()) expect(Math.abs(count - 200)).toBeLessThan(70);
});
