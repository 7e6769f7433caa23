import { expect, test } from "vitest";
import { assertNever, invariant, InvariantError } from "./index.ts";

test("an invariant that holds does nothing", () => {
  expect(() => {
    invariant(true, "never shown");
  }).not.toThrow();
});

test("one that doesn't throws its message", () => {
  expect(() => {
    invariant(false, "more free addresses than addresses");
  }).toThrow(new InvariantError("more free addresses than addresses"));
});

test.each([
  { name: "a word", value: "surprise", want: 'unexpected: {"value":"surprise"}' },
  { name: "an object", value: { kind: "new" }, want: 'unexpected: {"value":{"kind":"new"}}' },
  { name: "undefined", value: undefined, want: "unexpected: {}" },
])("assertNever shows $name", ({ value, want }) => {
  expect(() => assertNever(value as never)).toThrow(new InvariantError(want));
});
