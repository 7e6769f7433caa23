import { expect, test } from "vitest";
import * as fieldError from "./field-error.ts";

const { duplicate, forbidden, invalid, invalidMessage, notFound, notSupported, required, tooLong } =
  fieldError;

test.each([
  { cause: required("a"), want: "Required value", reason: "FieldValueRequired" },
  { cause: required("a", "why"), want: "Required value: why", reason: "FieldValueRequired" },
  { cause: invalid("a", -1, "why"), want: "Invalid value: -1: why", reason: "FieldValueInvalid" },
  { cause: invalid("a", "b", "why"), want: 'Invalid value: "b": why', reason: "FieldValueInvalid" },
  {
    cause: invalid("a", { b: "c" }, "why"),
    want: 'Invalid value: {"b":"c"}: why',
    reason: "FieldValueInvalid",
  },
  {
    cause: invalid("a", undefined, "why"),
    want: "Invalid value: null: why",
    reason: "FieldValueInvalid",
  },
  { cause: duplicate("a", "b"), want: 'Duplicate value: "b"', reason: "FieldValueDuplicate" },
  { cause: notFound("a", "b"), want: 'Not found: "b"', reason: "FieldValueNotFound" },
  {
    cause: notSupported("a", "x", ["c", "b"]),
    want: 'Unsupported value: "x": supported values: "b", "c"',
    reason: "FieldValueNotSupported",
  },
  { cause: forbidden("a", "why"), want: "Forbidden: why", reason: "FieldValueForbidden" },
  {
    cause: tooLong("a", 63),
    want: "Too long: may not be more than 63 bytes",
    reason: "FieldValueTooLong",
  },
])("$want", ({ cause, want, reason }) => {
  expect(cause).toEqual({ field: "a", message: want, reason });
});

test("several causes stand in brackets, each once", () => {
  const one = required("spec.a");
  expect(invalidMessage("Pod", "web", [one])).toBe('Pod "web" is invalid: spec.a: Required value');
  expect(invalidMessage("Deployment.apps", "web", [one, one, required("spec.b")])).toBe(
    'Deployment.apps "web" is invalid: [spec.a: Required value, spec.b: Required value]',
  );
});
