import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { COMMANDS, GROUPS } from "./command-list.ts";
import { commandHelp } from "./help.ts";

// A command's help is what users read first, so a change of it is looked at: `npx vitest run src/cli -u` accepts it.
describe("every command", () => {
  test.each(COMMANDS.map((entry) => ({ entry, name: entry.name })))(
    "$name",
    async ({ entry, name }) => {
      const command = await entry.load();
      expect(command.name).toBe(name);
      expect(command.summary).not.toMatch(/\.$/);
      for (const { line } of command.examples)
        expect(line).toMatch(new RegExp(`^berth ${name}( |$)`));
      expect(command.examples).not.toHaveLength(0);
      await expect(commandHelp(command)).toMatchFileSnapshot(
        `./__snapshots__/help/${name.replaceAll(" ", "-")}.txt`,
      );
    },
  );
});

test("every group has a command, and every command of two words a group", () => {
  const groups = COMMANDS.flatMap(({ name }) =>
    name.includes(" ") ? name.split(" ").slice(0, 1) : [],
  );
  expect(new Set(Object.keys(GROUPS))).toEqual(new Set(groups));
});

test.each(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])(
  "%s names commands that there are",
  (path) => {
    const text = readFileSync(path, "utf8");
    const named = [...text.matchAll(/(?:bin\/|npx |`)berth ([a-z][a-z -]*[a-z])/g)].flatMap(
      ([, words = ""]) => words,
    );
    const names = COMMANDS.map(({ name }) => name);
    const known = (words: string): boolean =>
      names.some((name) => words === name || words.startsWith(`${name} `));
    expect(named.filter((words) => !known(words) && GROUPS[words] === undefined)).toEqual([]);
  },
);
