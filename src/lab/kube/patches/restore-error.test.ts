import { expect, test } from "vitest";
import { schemaOf } from "../schemas/definitions.ts";
import { goText } from "./json-value.ts";
import { restoreError } from "./restore-error.ts";

const schema = schemaOf({ group: "apps", version: "v1", kind: "Deployment" });

test.each([
  { name: "all is well", spec: { replicas: 1, paused: true, template: {} }, want: undefined },
  { name: "a text for a number", spec: { replicas: "x" }, want: "unrecognized type: int32" },
  {
    name: "a fraction for a whole number",
    spec: { replicas: 1.5 },
    want: "cannot convert float64 to int32",
  },
  {
    name: "a number for a text",
    spec: { strategy: { type: 1 } },
    want: "cannot convert int64 to string",
  },
  {
    name: "a truth for a text",
    spec: { strategy: { type: true } },
    want: "unrecognized type: string",
  },
  { name: "a text for a truth", spec: { paused: "yes" }, want: "unrecognized type: bool" },
  {
    name: "a map for a list",
    spec: { template: { spec: { containers: {} } } },
    want: "cannot restore slice from map",
  },
  {
    name: "a list for a map",
    spec: { selector: { matchLabels: [] } },
    want: "cannot restore map from slice",
  },
  {
    name: "a number for a struct, in a list",
    spec: { template: { spec: { containers: [1] } } },
    want: "cannot restore struct from: int64",
  },
  {
    name: "a truth for a struct",
    spec: { template: false },
    want: "cannot restore struct from: bool",
  },
  {
    name: "a quantity that is none",
    spec: { template: { spec: { overhead: { cpu: "much" } } } },
    want: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  },
])("$name", ({ spec, want }) => {
  expect(restoreError(schema ?? {}, { spec, unknown: 1 })).toBe(want);
});

test("an object of a custom kind has no types to be restored", () => {
  expect(restoreError({ type: "object", properties: {} }, { spec: 1 })).toBeUndefined();
});

test("values as the real server prints them", () => {
  expect(goText({ spec: { b: [1, "x", null], a: true } })).toBe(
    "map[spec:map[a:true b:[1 x <nil>]]]",
  );
});
