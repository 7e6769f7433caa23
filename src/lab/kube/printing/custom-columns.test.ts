import { expect, test } from "vitest";
import { customPrinter } from "./custom-columns.ts";

const nowMs = Date.parse("2026-01-02T00:10:00Z");
const object = {
  apiVersion: "vpcresources.k8s.aws/v1alpha1",
  kind: "CNINode",
  metadata: { name: "n", creationTimestamp: "2026-01-02T00:00:00Z" },
  spec: {
    features: [{ value: "1", name: "SecurityGroupsForPods" }],
    count: 2.5,
    on: true,
    text: "hello",
    broken: "never",
    nothing: null,
  },
};

test.each([
  {
    name: "a list as JSON with sorted keys",
    type: "string",
    jsonPath: ".spec.features",
    want: '[{"name":"SecurityGroupsForPods","value":"1"}]',
  },
  { name: "a text", type: "string", jsonPath: ".spec.text", want: "hello" },
  { name: "a number in a text column", type: "string", jsonPath: ".spec.count", want: "2.5" },
  { name: "an integer", type: "integer", jsonPath: ".spec.count", want: 2 },
  { name: "a number", type: "number", jsonPath: ".spec.count", want: 2.5 },
  { name: "a boolean", type: "boolean", jsonPath: ".spec.on", want: true },
  { name: "a date", type: "date", jsonPath: ".metadata.creationTimestamp", want: "10m" },
  { name: "a date that is none", type: "date", jsonPath: ".spec.broken", want: "<invalid>" },
  { name: "a number where a date should be", type: "date", jsonPath: ".spec.count", want: null },
  {
    name: "a text where an integer should be",
    type: "integer",
    jsonPath: ".spec.text",
    want: null,
  },
  { name: "a text where a number should be", type: "number", jsonPath: ".spec.text", want: null },
  { name: "a text where a boolean should be", type: "boolean", jsonPath: ".spec.text", want: null },
  { name: "a missing value", type: "string", jsonPath: ".spec.none", want: null },
  { name: "null", type: "string", jsonPath: ".spec.nothing", want: null },
  { name: "an unknown type", type: "blob", jsonPath: ".spec.text", want: null },
  { name: "a path that can't be read", type: "string", jsonPath: ".spec[", want: null },
])("the cell of $name", ({ type, jsonPath, want }) => {
  const printer = customPrinter([{ name: "X", type, jsonPath }]);
  expect(printer.row(object, { nowMs }).cells).toEqual(["n", want]);
});

test("a kind with columns of its own has no Age, and one without has", () => {
  const own = customPrinter([
    { name: "Features", type: "string", jsonPath: ".spec.features", priority: 1, format: "x" },
  ]);
  expect(own.columns.map((column) => [column.name, column.priority])).toEqual([
    ["Name", 0],
    ["Features", 1],
  ]);
  expect(customPrinter([]).columns.map((column) => column.name)).toEqual(["Name", "Age"]);
  expect(customPrinter([]).row(object, { nowMs }).cells).toEqual(["n", "10m"]);
});
