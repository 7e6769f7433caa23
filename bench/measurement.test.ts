import { expect, test } from "vitest";
import { describeMeasurement, measurement, percentile } from "./measurement.ts";

test.each([
  { name: "half", percent: 50, want: 2 },
  { name: "the slowest", percent: 99, want: 4 },
  { name: "the fastest", percent: 0, want: 1 },
])("percentile: $name", ({ percent, want }) => {
  expect(percentile([4, 1, 3, 2], percent)).toBe(want);
});

test.each([
  { name: "of times, less is better", unit: "ms", value: 2, peer: 20, want: 10 },
  { name: "of rates, more is better", unit: "1/s", value: 2, peer: 20, want: 0.1 },
  { name: "no peer, no ratio", unit: "MiB", value: 2, peer: null, want: null },
] as const)("ratio: $name", ({ unit, value, peer, want }) => {
  expect(measurement({ name: "x", unit, value, peer }).ratio).toBe(want);
});

test("a line for people", () => {
  const add = measurement({ name: "ADD p50", value: 1.5, unit: "ms", peer: 18 });
  expect(describeMeasurement(add)).toMatch(
    /^ADD p50 +1\.50 ms +peer +18\.00 ms +12\.0 times as good$/,
  );
  const rate = measurement({ name: "pool", value: 1234567, unit: "1/s", peer: null });
  expect(describeMeasurement(rate)).toMatch(/^pool +1,234,567 1\/s +$/);
});
