import { expect, test } from "vitest";
import { nestsTooDeep } from "./nesting.ts";

test.each([
  { name: "nothing", text: "", want: false },
  { name: "a thousand levels", text: `${"[".repeat(1000)}1${"]".repeat(1000)}`, want: false },
  { name: "one more", text: `${'{"a":'.repeat(1001)}1${"}".repeat(1001)}`, want: true },
  { name: "many siblings", text: `[${"[],".repeat(5000)}{}]`, want: false },
  { name: "brackets in a text", text: `{"a":"\\"${"[".repeat(2000)}"}`, want: false },
])("$name", ({ text, want }) => {
  expect(nestsTooDeep(Buffer.from(text))).toBe(want);
});
