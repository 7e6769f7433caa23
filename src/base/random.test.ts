import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError, newRandom } from "./index.ts";

describe("newRandom", () => {
  test("gives the same numbers for the same seed", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const [a, b] = [newRandom(seed), newRandom(seed)];
        for (let i = 0; i < 20; i++) expect(a.uint32()).toBe(b.uint32());
      }),
    );
  });

  test("gives other numbers for the next seed", () => {
    const first = Array.from({ length: 100 }, (_, seed) => newRandom(seed).uint32());
    expect(new Set(first).size).toBe(100);
  });

  test("stays what it is: the stream of seed 7", () => {
    const random = newRandom(7);
    expect([random.uint32(), random.uint32(), random.uint32()]).toMatchInlineSnapshot(`
      [
        2064663467,
        741845084,
        1743615334,
      ]
    `);
  });

  test("below(n) is in range, and every value comes about equally often", () => {
    const random = newRandom(1);
    const drawn = Array.from({ length: 60_000 }, () => random.below(6));
    for (const value of [0, 1, 2, 3, 4, 5]) {
      const count = drawn.filter((one) => one === value).length;
      expect(Math.abs(count - 10_000)).toBeLessThan(400);
    }
    expect(drawn.every((one) => one >= 0 && one < 6)).toBe(true);
  });

  test("below(n) is unbiased where 2³² is no multiple of n", () => {
    // Without drawing again, the lower third of 0 … 3·2³⁰ − 1 would come twice as often.
    const random = newRandom(2);
    const n = 3 * 2 ** 30;
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (random.below(n) < 2 ** 30) low++;
    expect(Math.abs(low - 10_000)).toBeLessThan(400);
  });

  test("below(2³²) is any number", () => {
    const [a, b] = [newRandom(3), newRandom(3)];
    expect(a.below(2 ** 32)).toBe(b.uint32());
  });

  test("chance is never at 0, always at the whole, and about right between", () => {
    const random = newRandom(4);
    let hits = 0;
    for (let i = 0; i < 10_000; i++) {
      expect(random.chance(0, 5)).toBe(false);
      expect(random.chance(5, 5)).toBe(true);
      if (random.chance(1, 4)) hits++;
    }
    expect(Math.abs(hits - 2500)).toBeLessThan(200);
  });

  test("pick gives every element", () => {
    const random = newRandom(5);
    const list = ["a", "b", "c"];
    const picked = new Set(Array.from({ length: 50 }, () => random.pick(list)));
    expect([...picked].sort()).toEqual(list);
  });

  test.each([0, -1, 1.5, 2 ** 32 + 1, NaN])("below(%d) is a bug", (n) => {
    expect(() => newRandom(1).below(n)).toThrow(InvariantError);
  });

  test("picking from nothing is a bug", () => {
    expect(() => newRandom(1).pick([])).toThrow(InvariantError);
  });
});
