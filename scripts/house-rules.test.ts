import { expect, test } from "vitest";
import { HOUSE_RULES } from "./house-rules.ts";

function look(rule: string, path: string, text: string): readonly string[] {
  const found = HOUSE_RULES.find(({ name }) => name === rule);
  if (found === undefined) throw new Error(`there is no rule "${rule}"`);
  return found.applies(path) ? found.look({ path, lines: text.split("\n") }) : [];
}

const unfinished = "TO" + "DO";
const disable = "eslint-" + "disable";

test.each([
  {
    name: "a note about unfinished work",
    rule: "no unfinished work",
    path: "src/a.ts",
    text: `\n// ${unfinished}: later`,
    want: ["src/a.ts:2: finish it, or open an issue and remove the note"],
  },
  {
    name: "a word that contains it",
    rule: "no unfinished work",
    path: "src/a.ts",
    text: `${unfinished}S`,
    want: [],
  },
  {
    name: "somebody's home",
    rule: "no path of one machine",
    path: "docs/a.md",
    text: ["see ", "home", "ada"].join("/"),
    want: ["docs/a.md:1: use a path relative to the repository"],
  },
  {
    name: "a suppression without a reason",
    rule: "every suppression has a reason",
    path: "src/a.ts",
    text: `// ${disable}-next-line no-console`,
    want: [
      "src/a.ts:1: write why after ` -- ` (after the directive for @ts-expect-error), or remove it",
    ],
  },
  {
    name: "a suppression with one",
    rule: "every suppression has a reason",
    path: "src/a.ts",
    text: `// ${disable}-next-line no-console -- the printer itself`,
    want: [],
  },
  {
    name: "capitals in a name",
    rule: "names are in kebab case",
    path: "src/pool/warmPool.ts",
    text: "",
    want: ["src/pool/warmPool.ts: rename it in lower case with dashes"],
  },
  {
    name: "a long file",
    rule: "files stay short",
    path: "src/a.ts",
    text: "x\n".repeat(250),
    want: ["src/a.ts: 251 lines, more than 250: split it by its nouns"],
  },
  {
    name: "a long table of cases",
    rule: "files stay short",
    path: "src/a.test.ts",
    text: "x\n".repeat(250),
    want: [],
  },
  {
    name: "a link to a file that is not there",
    rule: "links in documents resolve",
    path: "docs/a.md",
    text: "[x](../README.md) [y](gone.md) [z](https://example.com)",
    want: ["docs/a.md:1: gone.md leads nowhere: correct the path"],
  },
  {
    name: "a link to a section that is not there",
    rule: "links in documents resolve",
    path: "a.md",
    text: "[x](CONTRIBUTING.md#getting-started) [y](CONTRIBUTING.md#getting-lost)",
    want: [
      "a.md:1: CONTRIBUTING.md#getting-lost names a section that CONTRIBUTING.md does not have",
    ],
  },
  {
    name: "a document named in a message",
    rule: "documents named in sources exist",
    path: "src/a.ts",
    text: 'const fix = "See docs/decisions/0002-few-runtime-dependencies.md or docs/gone.md.";',
    want: ["src/a.ts:1: docs/gone.md leads nowhere: correct the path"],
  },
])("$name", ({ rule, path, text, want }) => {
  expect(look(rule, path, text)).toEqual(want);
});
