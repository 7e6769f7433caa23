import { expect, test } from "vitest";
import { byteCount, milliCpu, quantityValue } from "./quantity.ts";

test.each([
  { text: "2", want: 2 },
  { text: "1.5Gi", want: 1.5 * 2 ** 30 },
  { text: "128Mi", want: 128 * 2 ** 20 },
  { text: "1e3", want: 1000 },
  { text: "5E", want: 5e18 },
  { text: "10k", want: 10_000 },
  { text: "nonsense", want: 0 },
  { text: undefined, want: 0 },
])("quantityValue($text) is $want", ({ text, want }) => {
  expect(quantityValue(text)).toBe(want);
});

test("cores and bytes are rounded up", () => {
  expect([milliCpu("100m"), milliCpu("0.1"), milliCpu("1.0005"), milliCpu("7u")]).toEqual([
    100, 100, 1001, 1,
  ]);
  expect([byteCount("1500m"), byteCount("64Mi")]).toEqual([2, 67_108_864]);
});
