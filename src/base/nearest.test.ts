import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDistance, nearest } from "./nearest.ts";

const types = ["m5.large", "c5.large", "m5.2xlarge", "m5.metal", "m5.xlarge", "t3.medium"];

describe("nearest", () => {
  test.each([
    { name: "two letters swapped", typed: "m5.lagre", max: 1, want: ["m5.large"] },
    { name: "a letter missing", typed: "t3.medim", max: 3, want: ["t3.medium"] },
    { name: "capitals", typed: "M5.LARGE", max: 1, want: ["m5.large"] },
    {
      name: "ties in alphabetical order",
      typed: "x5.large",
      max: 2,
      want: ["c5.large", "m5.large"],
    },
    { name: "a beginning", typed: "t3", max: 3, want: ["t3.medium"] },
    { name: "nothing near", typed: "postgres", max: 3, want: [] },
    { name: "nothing typed", typed: "", max: 3, want: [] },
  ])("$name", ({ typed, max, want }) => {
    expect(nearest(typed, types, max)).toEqual(want);
  });

  test("three at most unless told, and none twice", () => {
    expect(nearest("m5.large", [...types, ...types])).toEqual([
      "m5.large",
      "c5.large",
      "m5.xlarge",
    ]);
  });
});

describe("editDistance", () => {
  test.each([
    { from: "", to: "", want: 0 },
    { from: "", to: "abc", want: 3 },
    { from: "kitten", to: "sitting", want: 3 },
    { from: "ab", to: "ba", want: 1 },
    { from: "lrage", to: "large", want: 1 },
    { from: "abcd", to: "acbd", want: 1 },
  ])("$from to $to: $want", ({ from, to, want }) => {
    expect(editDistance(from, to)).toBe(want);
  });

  test("it is symmetric, 0 for equal words, and at most the length of the longer one", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
