import type { z } from "zod";
import { nearest } from "../../base/index.ts";
import type { Path, Problem } from "./problem.ts";
import { KNOWN_KEYS } from "./schema.ts";

type Issue = z.core.$ZodIssue;

/** What the schema found, in our words. */
export function problemsOf(issues: readonly Issue[], value: unknown): Problem[] {
  return issues.flatMap((issue) => {
    const at = { path: issue.path, at: "value" as const };
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => unknownKey(issue.path, key));
      case "invalid_type":
        return [wrongType(issue, value)];
      case "invalid_value": {
        const words = issue.values.map((word) => `\`${String(word)}\``).join(", ");
        const near = nearest(String(valueAt(value, issue.path)), issue.values.map(String))[0];
        const fix =
          near === undefined
            ? `Write one of ${words}.`
            : `Did you mean \`${near}\`? It takes one of ${words}.`;
        return [
          {
            ...at,
            reason: `\`${shown(value, issue.path)}\` is no value of \`${nameOf(issue.path)}\`.`,
            fix,
          },
        ];
      }
      case "too_small":
      case "too_big":
        return [outOfRange(issue, value)];
      case "custom":
      case "invalid_format":
      case "invalid_key":
      case "invalid_element":
      case "invalid_union":
      case "not_multiple_of":
        return [
          {
            ...at,
            reason: `\`${nameOf(issue.path)}\` can't be \`${shown(value, issue.path)}\`: ${issue.message}.`,
            fix: `Change \`${nameOf(issue.path)}\`.`,
          },
        ];
    }
  });
}

function unknownKey(path: Path, key: string): Problem {
  if (path.length === 2 && path[0] === "nodes" && key === "env") {
    return {
      path: [...path, key],
      at: "key",
      reason:
        "A node has no `env` of its own: one DaemonSet, aws-node, runs the agents of all nodes.",
      fix: "Move the variables to `agent: { env: { … } }` at the top of the file.",
    };
  }
  const [near] = nearest(key, KNOWN_KEYS, 1);
  const where = path.length === 0 ? "A lab file" : `\`${nameOf(path)}\``;
  return {
    path: [...path, key],
    at: "key",
    reason: `${where} has no key \`${key}\`.`,
    fix: near === undefined ? "Remove it." : `Did you mean \`${near}\`?`,
  };
}

function wrongType(issue: Extract<Issue, { code: "invalid_type" }>, value: unknown): Problem {
  const name = nameOf(issue.path);
  const kind = KINDS[issue.expected] ?? issue.expected;
  if (valueAt(value, issue.path) === undefined) {
    const owner =
      issue.path.length <= 1 ? "the lab file" : `\`${nameOf(issue.path.slice(0, -1))}\``;
    return {
      path: issue.path,
      at: "value",
      reason: `\`${name}\` is missing in ${owner}.`,
      fix: `Add \`${name}:\` with ${kind}.`,
    };
  }
  return {
    path: issue.path,
    at: "value",
    reason: `\`${name}\` takes ${kind}, not \`${shown(value, issue.path)}\`.`,
    fix: `Write ${kind}.`,
  };
}

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  array: "a list",
  object: "a map of keys and values",
  record: "a map of keys and values",
};

type Range = Extract<Issue, { code: "too_small" | "too_big" }>;

function outOfRange(issue: Range, value: unknown): Problem {
  const limit = issue.code === "too_small" ? issue.minimum : issue.maximum;
  const bound = issue.code === "too_small" ? "at least" : "at most";
  const units: Readonly<Record<string, string>> = { array: " entries", string: " characters" };
  const unit = units[issue.origin] ?? "";
  return {
    path: issue.path,
    at: "value",
    reason: `\`${nameOf(issue.path)}\` is ${bound} ${String(limit)}${unit}, not \`${shown(value, issue.path)}\`.`,
    fix: `Give it ${bound} ${String(limit)}${unit}.`,
  };
}

/** The last key of a path; an entry of a list is called by its list. */
function nameOf(path: Path): string {
  const key = path.findLast((part) => typeof part === "string");
  return key ?? "the lab file";
}

function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const part of path) found = (found as Record<PropertyKey, unknown> | undefined)?.[part];
  return found;
}

function shown(value: unknown, path: Path): string {
  const found = valueAt(value, path);
  return typeof found === "string" ? found : JSON.stringify(found);
}
