import { describe, expect, it, test } from "vitest";
import { nodeNamed } from "../testing/objects-for-tests.ts";
import { canonical } from "./canonical.ts";
import { withCondition } from "./condition.ts";
import { scaledValue } from "./int-or-percent.ts";
import { fitsNodeAffinity } from "./node-affinity.ts";
import { isEmptySelector, selects } from "./selector.ts";
import { tolerates } from "./taint.ts";
import { isSameTemplate, templateHash } from "./template.ts";

const expression = (operator: string, ...values: string[]): object => ({
  matchExpressions: [{ key: "tier", operator, values }],
});

test.each([
  { selector: {}, want: true },
  { selector: undefined, want: false },
  { selector: { matchLabels: { tier: "web" } }, want: true },
  { selector: { matchLabels: { tier: "db" } }, want: false },
  { selector: expression("In", "db", "web"), want: true },
  { selector: expression("NotIn", "web"), want: false },
  { selector: expression("Exists"), want: true },
  { selector: expression("DoesNotExist"), want: false },
  { selector: expression("Near"), want: false },
])("selector $selector: $want", ({ selector, want }) => {
  expect(selects(selector, { tier: "web" })).toBe(want);
});

test.each([
  { operator: "In", values: ["5"], want: true },
  { operator: "NotIn", values: ["5"], want: false },
  { operator: "Exists", values: [], want: true },
  { operator: "DoesNotExist", values: [], want: false },
  { operator: "Gt", values: ["4"], want: true },
  { operator: "Lt", values: ["4"], want: false },
  { operator: "Near", values: [], want: false },
])("node affinity $operator $values: $want", ({ operator, values, want }) => {
  const nodeSelectorTerms = [{ matchExpressions: [{ key: "cores", operator, values }] }, {}];
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
  const spec = { containers: [], affinity: { nodeAffinity: required } };
  expect(fitsNodeAffinity(spec, nodeNamed("a", { labels: { cores: "5" } }))).toBe(want);
});

test.each([
  { toleration: { operator: "Exists" }, want: true },
  { toleration: { key: "k", operator: "Exists" }, want: true },
  { toleration: { key: "k", value: "v" }, want: true },
  { toleration: { key: "k", value: "w" }, want: false },
  { toleration: { key: "other", operator: "Exists" }, want: false },
  { toleration: { key: "k", value: "v", effect: "NoExecute" }, want: false },
  { toleration: { value: "v" }, want: false },
])("toleration $toleration: $want", ({ toleration, want }) => {
  expect(tolerates(toleration, { key: "k", value: "v", effect: "NoSchedule" })).toBe(want);
});

test.each([
  { value: 3, rounding: "up", want: 3 },
  { value: "25%", rounding: "up", want: 3 },
  { value: "25%", rounding: "down", want: 2 },
  { value: "7", rounding: "up", want: 7 },
  { value: "many", rounding: "up", want: 0 },
  { value: undefined, rounding: "up", want: 0 },
] as const)("$value of 10, rounded $rounding, is $want", ({ value, rounding, want }) => {
  expect(scaledValue(value, { total: 10, rounding })).toBe(want);
});

describe("templates", () => {
  const template = { metadata: { labels: { a: "1", b: "2" } }, spec: { containers: [] } };

  it("are the same whatever the order of keys, and whichever hash they carry", () => {
    const labels = { b: "2", a: "1", "pod-template-hash": "x" };
    const other = { spec: { containers: [], hostIPC: undefined }, metadata: { labels } };
    expect(isSameTemplate(template, other as object)).toBe(true);
    expect(isSameTemplate(template, { ...template, metadata: {} })).toBe(false);
    expect(canonical({ b: null, a: [] })).toBe("{}");
  });

  it("have a hash of harmless letters, another one after a collision", () => {
    expect(templateHash(template)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
    expect(templateHash(template)).toBe(templateHash(structuredClone(template)));
    expect(templateHash(template, 1)).not.toBe(templateHash(template));
  });
});

it("a condition keeps its time of transition while its status stays", () => {
  const wanted = { type: "T", status: "True", reason: "A", message: "" } as const;
  const first = withCondition([], wanted, { nowMs: 0 });
  expect(withCondition(first, wanted, { nowMs: 5000 })).toEqual(first);
  const second = withCondition(first, { ...wanted, reason: "B" }, { nowMs: 5000 });
  expect(second).toMatchObject([{ reason: "B", lastTransitionTime: "1970-01-01T00:00:00Z" }]);
  const third = withCondition(second, { ...wanted, status: "False" }, { nowMs: 5000 });
  expect(third).toMatchObject([{ lastTransitionTime: "1970-01-01T00:00:05Z" }]);
  expect([isEmptySelector({}), isEmptySelector({ matchLabels: { a: "b" } })]).toEqual([
    true,
    false,
  ]);
});
