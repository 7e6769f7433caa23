import { expect, test } from "vitest";
import { GrowthRate } from "./growth-rate.ts";

const HOUR_S = 3600;

/** A count that rises by `perSecond` for an hour, noted every `everyS` seconds. */
function risen({ perSecond, everyS }: { perSecond: number; everyS: number }): GrowthRate {
  const rate = new GrowthRate();
  for (let atS = 0; atS <= HOUR_S; atS += everyS) rate.note(atS * perSecond, atS * 1000);
  return rate;
}

test.each([1, 4, 5, 7, 60])("noted every %i s, a steady rise has its rate", (everyS) => {
  const rate = risen({ perSecond: 2, everyS });
  const lastS = HOUR_S - (HOUR_S % everyS);
  expect(rate.perSecond(lastS * 1000)).toBeCloseTo(2, 0);
  expect(rate.secondsUntil(100, lastS * 1000)).toBeCloseTo(50, -1);
});

test("what rose before the window counts no more", () => {
  const rate = risen({ perSecond: 2, everyS: 1 });
  expect(rate.perSecond((HOUR_S + 600) * 1000)).toBe(0);
  expect(rate.secondsUntil(100, (HOUR_S + 600) * 1000)).toBe(Infinity);
});
