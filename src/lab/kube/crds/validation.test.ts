import { describe, expect, test } from "vitest";
import { decodeError } from "../schemas/decode-error.ts";
import type { CrdSchema } from "./crd-spec.ts";
import { CONTEXT, crd, only, ship } from "./testing.ts";

describe("validation, in the real server's words", () => {
  const text: CrdSchema = { type: "string" };
  test.each<{ name: string; schema: CrdSchema; value: unknown; want: readonly string[] }>([
    { name: "all is well", schema: text, value: "x", want: [] },
    {
      name: "a type",
      schema: text,
      value: 1,
      want: ['spec.x: Invalid value: "integer": spec.x in body must be of type string: "integer"'],
    },
    {
      name: "null where it is not allowed",
      schema: text,
      value: null,
      want: ['spec.x: Invalid value: "null": spec.x in body must be of type string: "null"'],
    },
    { name: "null where it is", schema: { ...text, nullable: true }, value: null, want: [] },
    {
      name: "an enum",
      schema: { ...text, enum: ["b", "a"] },
      value: "c",
      want: ['spec.x: Unsupported value: "c": supported values: "a", "b"'],
    },
    {
      name: "a pattern",
      schema: { ...text, pattern: "^sg-" },
      value: "x",
      want: ["spec.x: Invalid value: \"x\": spec.x in body should match '^sg-'"],
    },
    {
      name: "a length",
      schema: { ...text, minLength: 2 },
      value: "x",
      want: ['spec.x: Invalid value: "x": spec.x in body should be at least 2 chars long'],
    },
    {
      name: "a length at most",
      schema: { ...text, maxLength: 2 },
      value: "xyz",
      want: ["spec.x: Too long: may not be more than 2 bytes"],
    },
    {
      name: "bounds",
      schema: { type: "integer", minimum: 1 },
      value: 0,
      want: ["spec.x: Invalid value: 0: spec.x in body should be greater than or equal to 1"],
    },
    {
      name: "exclusive bounds",
      schema: { type: "number", maximum: 1, exclusiveMaximum: true },
      value: 1,
      want: ["spec.x: Invalid value: 1: spec.x in body should be less than 1"],
    },
    {
      name: "a multiple",
      schema: { type: "integer", multipleOf: 16 },
      value: 17,
      want: ["spec.x: Invalid value: 17: spec.x in body should be a multiple of 16"],
    },
    {
      name: "too few items",
      schema: { type: "array", items: text, minItems: 1 },
      value: [],
      want: ["spec.x: Invalid value: []: spec.x in body should have at least 1 items"],
    },
    {
      name: "too many items",
      schema: { type: "array", items: text, maxItems: 1 },
      value: ["a", "b"],
      want: ["spec.x: Too many: 2: must have at most 1 items"],
    },
    {
      name: "an item",
      schema: { type: "array", items: { type: "object", properties: { name: text } } },
      value: [{ name: "a" }, { name: 2 }],
      want: [
        'spec.x[1].name: Invalid value: "integer": spec.x[1].name in body must be of type string: "integer"',
      ],
    },
    {
      name: "a required field",
      schema: { type: "object", required: ["a"], properties: { a: text } },
      value: {},
      want: ["spec.x.a: Required value"],
    },
    {
      name: "properties",
      schema: { type: "object", additionalProperties: text, minProperties: 1 },
      value: {},
      want: ["spec.x: Invalid value: {}: spec.x in body should have at least 1 properties"],
    },
    {
      name: "a format",
      schema: { ...text, format: "ipv4" },
      value: "10.0.0.256",
      want: [
        'spec.x: Invalid value: "10.0.0.256": spec.x in body must be of type ipv4: "10.0.0.256"',
      ],
    },
    { name: "a format nobody knows", schema: { ...text, format: "hull" }, value: "x", want: [] },
    {
      name: "int-or-string",
      schema: { "x-kubernetes-int-or-string": true },
      value: true,
      want: [
        'spec.x: Invalid value: "boolean": spec.x in body must be of type integer,string: "boolean"',
      ],
    },
    {
      name: "int-or-string, a percentage",
      schema: { "x-kubernetes-int-or-string": true },
      value: "5%",
      want: [],
    },
    {
      name: "one of",
      schema: { type: "object", oneOf: [{ required: ["a"] }, { required: ["b"] }] },
      value: {},
      want: [
        'spec.x: Invalid value: {}: "spec.x" must validate one and only one schema (oneOf). Found none valid',
      ],
    },
    {
      name: "any of",
      schema: { type: "string", anyOf: [{ minLength: 3 }, { enum: ["x"] }] },
      value: "y",
      want: ['spec.x: Invalid value: "y": "spec.x" must validate at least one schema (anyOf)'],
    },
    {
      name: "not",
      schema: { type: "string", not: { enum: ["y"] } },
      value: "y",
      want: ['spec.x: Invalid value: "y": "spec.x" must not validate the schema (not)'],
    },
    {
      name: "an item twice in a set",
      schema: { type: "array", items: text, "x-kubernetes-list-type": "set" },
      value: ["a", "b", "a"],
      want: ['spec.x[2]: Duplicate value: "a"'],
    },
    {
      name: "a key twice in a map of items",
      schema: {
        type: "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
        items: { type: "object", properties: { name: text } },
      },
      value: [{ name: "a" }, { name: "a" }],
      want: ['spec.x[1]: Duplicate value: {"name":"a"}'],
    },
    {
      name: "an embedded object",
      schema: {
        type: "object",
        "x-kubernetes-embedded-resource": true,
        "x-kubernetes-preserve-unknown-fields": true,
      },
      value: { apiVersion: "v1" },
      want: ["spec.x.kind: Required value"],
    },
  ])("$name", ({ schema, value, want }) => {
    const { definition } = only(crd({ type: "object", properties: { x: schema } }));
    const causes = definition.validate(ship({ x: value }), undefined, CONTEXT);
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual(want);
  });

  test("decoding leaves the types to validation, save those of metadata", () => {
    const { schema } = only(crd({ type: "object", properties: { x: { type: "string" } } }));
    expect(decodeError(schema, ship({ x: 1 }))).toBeUndefined();
    expect(decodeError(schema, { metadata: { labels: { a: 1 } } })).toContain(
      "ObjectMeta.metadata.labels of type string",
    );
  });
});
