import { expect, test } from "vitest";
import { canonicalQuantity, parseQuantity } from "./quantity.ts";

test.each([
  { given: "100m", value: 0.1, canonical: "100m" },
  { given: "0.5", value: 0.5, canonical: "500m" },
  { given: 2, value: 2, canonical: "2" },
  { given: "1024Mi", value: 2 ** 30, canonical: "1Gi" },
  { given: "1.5Gi", value: 1.5 * 2 ** 30, canonical: "1536Mi" },
  { given: "1000", value: 1000, canonical: "1k" },
  { given: "1500m", value: 1.5, canonical: "1500m" },
  { given: "2e3", value: 2000, canonical: "2e3" },
  { given: "0", value: 0, canonical: "0" },
  { given: "-1", value: -1, canonical: "-1" },
  { given: ".5k", value: 500, canonical: "500" },
  { given: "0.1Ki", value: 102.4, canonical: "102400m" },
  { given: "lots", value: undefined, canonical: "lots" },
])("$given is $value, written $canonical", ({ given, value, canonical }) => {
  const parsed = parseQuantity(given);
  if (value === undefined) expect(parsed).toBeUndefined();
  else expect(parsed).toBeCloseTo(value, 6);
  expect(canonicalQuantity(given)).toBe(canonical);
});
