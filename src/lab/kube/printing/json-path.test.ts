import { expect, test } from "vitest";
import { parseJsonPath } from "./json-path.ts";

const object = {
  spec: { features: [{ name: "a" }, { name: "b" }], replicas: 2 },
  metadata: { labels: { "a.b/c": "yes", "it's": "so" } },
  status: {
    conditions: [
      { type: "Ready", status: "True", since: 3 },
      { type: "Other", status: "False", ok: true },
    ],
  },
};

test.each([
  { path: ".spec.replicas", want: [2] },
  { path: "{.spec.replicas}", want: [2] },
  { path: "$.spec.replicas", want: [2] },
  { path: ".spec.features", want: [[{ name: "a" }, { name: "b" }]] },
  { path: ".spec.features[0].name", want: ["a"] },
  { path: ".spec.features[-1].name", want: ["b"] },
  { path: ".spec.features[7].name", want: [] },
  { path: ".spec.features[*].name", want: ["a", "b"] },
  { path: ".spec.*", want: [[{ name: "a" }, { name: "b" }], 2] },
  { path: String.raw`.metadata.labels.a\.b/c`, want: ["yes"] },
  { path: ".metadata.labels['a.b/c']", want: ["yes"] },
  { path: String.raw`.metadata.labels['it\'s']`, want: ["so"] },
  { path: '.metadata.labels["a.b/c"]', want: ["yes"] },
  { path: '.status.conditions[?(@.type=="Ready")].status', want: ["True"] },
  { path: ".status.conditions[?(@.type=='Ready')].status", want: ["True"] },
  { path: '.status.conditions[?(@.type != "Ready")].status', want: ["False"] },
  { path: ".status.conditions[?(@.since==3)].type", want: ["Ready"] },
  { path: ".status.conditions[?(@.ok==true)].type", want: ["Other"] },
  { path: ".status.conditions[?(@.ok)].type", want: ["Other"] },
  { path: ".status.conditions[?(@.type==Ready)].type", want: ["Ready"] },
  { path: ".status.nothing.here", want: [] },
  { path: ".spec.replicas.more", want: [] },
  { path: ".", want: [object] },
])("$path", ({ path, want }) => {
  expect(parseJsonPath(path)?.(object)).toEqual(want);
});

test.each([".spec.[", ".spec[?(@.a", "a[b", ".x[?(@.y[)]"])("%s is not a path", (path) => {
  expect(parseJsonPath(path)).toBeUndefined();
});
