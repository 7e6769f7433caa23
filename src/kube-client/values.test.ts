import type { LabelSelector } from "kubernetes-types/meta/v1";
import { expect, it } from "vitest";
import { compileSelector, parseQuantity } from "./index.ts";

it.each([
  ["250m", 0.25],
  ["2", 2],
  ["1.5Gi", 1.5 * 2 ** 30],
  [".5k", 500],
  ["2e3", 2000],
  ["12E-1", 1.2],
  ["1E", 1e18],
  ["-3Mi", -3 * 2 ** 20],
  ["", undefined],
  ["1KB", undefined],
  ["one", undefined],
])("the quantity %j is %s", (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

const expression = (operator: string, ...values: string[]): LabelSelector => ({
  matchExpressions: [{ key: "tier", operator, values }],
});

it.each([
  { name: "absent: nothing", selector: undefined, want: false },
  { name: "empty: everything", selector: {}, want: true },
  { name: "equal", selector: { matchLabels: { tier: "web" } }, want: true },
  { name: "not equal", selector: { matchLabels: { tier: "db" } }, want: false },
  { name: "In", selector: expression("In", "db", "web"), want: true },
  { name: "In, not", selector: expression("In", "db"), want: false },
  { name: "NotIn", selector: expression("NotIn", "db"), want: true },
  { name: "NotIn, not", selector: expression("NotIn", "web"), want: false },
  { name: "Exists", selector: expression("Exists"), want: true },
  { name: "DoesNotExist, not", selector: expression("DoesNotExist"), want: false },
  { name: "an unknown operator", selector: expression("Near"), want: false },
])("a label selector, $name", ({ selector, want }) => {
  expect(compileSelector(selector)({ tier: "web" })).toBe(want);
});

it("a label selector on an object without the label", () => {
  expect(compileSelector(expression("NotIn", "db"))({})).toBe(true);
  expect(compileSelector(expression("In", ""))({})).toBe(false);
});
