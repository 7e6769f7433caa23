import { describe, expect, test } from "vitest";
import { newGiven } from "./given.ts";

const given = newGiven(
  new Map<string, string | number | boolean | readonly string[] | undefined>([
    ["word", "a"],
    ["list", ["a", "b"]],
    ["flag", true],
    ["count", 3],
    ["absent", undefined],
  ]),
);

describe("asking for what the command does not declare is a bug", () => {
  test.each([
    { name: "an unknown name", ask: () => given.word("wrod") },
    { name: "a list as a word", ask: () => given.word("list") },
    { name: "an absent argument as a required one", ask: () => given.argument("absent") },
    { name: "a word as a list", ask: () => given.argumentList("word") },
    { name: "a word as a flag", ask: () => given.flag("word") },
    { name: "a word as an integer", ask: () => given.integer("word") },
  ])("$name", ({ ask }) => {
    expect(ask).toThrowErrorMatchingSnapshot();
  });
});

test("values come back as they are", () => {
  expect([
    given.argument("word"),
    given.argumentList("list"),
    given.flag("flag"),
    given.integer("count"),
  ]).toEqual(["a", ["a", "b"], true, 3]);
  expect([given.optionalArgument("absent"), given.word("absent"), given.integer("absent")]).toEqual(
    [undefined, undefined, undefined],
  );
});
