import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { LONG_FILES } from "./long-files.ts";

/** A tracked text file, its path relative to the root of the repository. */
export interface TextFile {
  readonly path: string;
  readonly lines: readonly string[];
}

/** What the linter cannot say: a rule looks at one file and gives each offence with its line and what to do instead. */
export interface HouseRule {
  readonly name: string;
  readonly applies: (path: string) => boolean;
  readonly look: (file: TextFile) => readonly string[];
}

const LONG = 250;
const SOURCE = /^(src|e2e|bench|scripts)\/.*\.ts$/;

/** Words that this file must not contain as such, because it is checked as well. */
const UNFINISHED = new RegExp(
  `\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].join("|")})\\b`,
);
const MACHINE_PATH = new RegExp(
  `(?<![\\w.])/(${["wo" + "rk", "ho" + "me", "Us" + "ers"].join("|")})/[a-z]`,
);

/** The rules, in no order that matters. */
export const HOUSE_RULES: readonly HouseRule[] = [
  lineRule(
    "no unfinished work",
    () => true,
    UNFINISHED,
    "finish it, or open an issue and remove the note",
  ),
  lineRule(
    "no path of one machine",
    () => true,
    MACHINE_PATH,
    "use a path relative to the repository",
  ),
  lineRule(
    "every suppression has a reason",
    (path) => SOURCE.test(path),
    /eslint-disable(?!.* -- \S)|@ts-(ignore|nocheck)|@ts-expect-error *$|(v8|c8|istanbul) ignore(?!.* -- \S)/,
    "write why after ` -- ` (after the directive for @ts-expect-error), or remove it",
  ),
  lineRule(
    "no test is left out or tried twice",
    (path) => path.endsWith(".test.ts"),
    /\b(test|it|describe)\.only\b|\bretry: *\d/,
    "run every test once; a flaky test is a bug",
  ),
  {
    name: "names are in kebab case",
    applies: (path) =>
      /^(src|e2e|bench|scripts|native|docs)\//.test(path) && !path.includes("__snapshots__"),
    look: ({ path }) =>
      /^[a-z0-9./-]+$/.test(path) ? [] : [`${path}: rename it in lower case with dashes`],
  },
  {
    name: "files stay short",
    applies: (path) => SOURCE.test(path) && !path.endsWith(".test.ts"),
    look: lookAtLength,
  },
  {
    name: "links in documents resolve",
    applies: (path) => path.endsWith(".md"),
    look: lookAtLinks,
  },
  {
    name: "documents named in sources exist",
    applies: (path) => SOURCE.test(path) && !path.endsWith(".test.ts"),
    look: (file) =>
      file.lines.flatMap((line, index) =>
        [...line.matchAll(/\bdocs\/[\w./-]+\.md(?:#[\w-]+)?/g)].flatMap(([link]) =>
          brokenLink(".", link).map((why) => `${file.path}:${index + 1}: ${link} ${why}`),
        ),
      ),
  },
];

function lineRule(
  name: string,
  applies: (path: string) => boolean,
  banned: RegExp,
  instead: string,
): HouseRule {
  return {
    name,
    applies,
    look: ({ path, lines }) =>
      lines.flatMap((line, index) =>
        banned.test(line) ? [`${path}:${index + 1}: ${instead}`] : [],
      ),
  };
}

function lookAtLength({ path, lines }: TextFile): readonly string[] {
  const count = lines.length;
  const allowed = LONG_FILES[path];
  if (allowed === undefined) {
    return count > LONG
      ? [`${path}: ${count} lines, more than ${LONG}: split it by its nouns`]
      : [];
  }
  if (count > allowed)
    return [`${path}: ${count} lines, more than its ${allowed}: split it by its nouns`];
  return count < allowed ? [`${path}: lower its number in scripts/long-files.ts to ${count}`] : [];
}

function lookAtLinks({ path, lines }: TextFile): readonly string[] {
  return lines.flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
      if (/^[a-z]+:/.test(link)) return [];
      const whole = link.startsWith("#") ? path + link : join(dirname(path), link);
      return brokenLink(".", whole).map((why) => `${path}:${index + 1}: ${link} ${why}`);
    }),
  );
}

function brokenLink(root: string, link: string): readonly string[] {
  const [path = "", anchor] = link.split("#");
  const target = normalize(join(root, path));
  if (!existsSync(target)) return ["leads nowhere: correct the path"];
  if (anchor === undefined || !target.endsWith(".md")) return [];
  const anchors = readFileSync(target, "utf8")
    .split("\n")
    .filter((line) => /^#+ /.test(line))
    .map(anchorOf);
  return anchors.includes(anchor) ? [] : [`names a section that ${target} does not have`];
}

/** The anchor that a Markdown heading gets on the usual forges. */
function anchorOf(heading: string): string {
  return heading
    .replace(/^#+ /, "")
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}
