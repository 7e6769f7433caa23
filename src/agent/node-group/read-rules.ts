import { parseDocument } from "yaml";
import type { z } from "zod";
import { nearest } from "../../base/index.ts";
import type { Result } from "../../base/index.ts";
import { compileSelector } from "../../kube-client/index.ts";
import { isRecord } from "../json.ts";
import type { NodeRule } from "./node-rule.ts";
import { RULE_VARIABLES } from "./node-rule.ts";
import { RULES_SCHEMA } from "./rules-schema.ts";

/** Parses the YAML of the rules. The error names the rule and its field, as a sentence without its end. */
export function readNodeRules(text: string): Result<readonly NodeRule[], string> {
  const yaml = readYaml(text);
  if (!yaml.ok) return yaml;
  const content = yaml.value;
  const parsed = RULES_SCHEMA.safeParse(content);
  if (!parsed.success) return { ok: false, error: describe(parsed.error, content) };
  const names = parsed.data.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    return { ok: false, error: `rule "${twice}", field name: another rule has it too` };
  return {
    ok: true,
    value: parsed.data.map(({ name, selector, set }) => ({
      name,
      matches: compileSelector(selector as Parameters<typeof compileSelector>[0]),
      set,
    })),
  };
}

function readYaml(text: string): Result<unknown, string> {
  const document = parseDocument(text);
  const [wrong] = document.errors;
  if (wrong !== undefined) return { ok: false, error: notYaml(wrong) };
  try {
    return { ok: true, value: document.toJS() ?? [] };
  } catch (error) {
    // An alias without its anchor, or too many of them, is only found out here.
    return { ok: false, error: notYaml(error) };
  }
}

function notYaml(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `the rules are not YAML: ${text.replace(/:?\s*\n[^]*$/, "")}`;
}

function describe({ issues }: z.ZodError, content: unknown): string {
  const [issue] = issues;
  if (issue === undefined) return "the rules are malformed";
  const [index, ...path] = issue.path;
  if (typeof index !== "number") return "the rules must be a list; each has name, selector and set";
  const [field, text] = wording(issue, path);
  return `rule ${ruleName(content, index)}, field ${field}: ${text}`;
}

function wording(
  issue: z.core.$ZodIssue,
  path: readonly PropertyKey[],
): readonly [field: string, text: string] {
  if (issue.code !== "unrecognized_keys") return [path.join(".") || "itself", issue.message];
  const [key = ""] = issue.keys;
  const known = path[0] === "set" ? RULE_VARIABLES : ["name", "selector", "set"];
  const [meant] = nearest(key, known, 1);
  const hint = meant === undefined ? `there is ${known.join(", ")}` : `did you mean ${meant}?`;
  return [[...path, key].join("."), `is not known; ${hint}`];
}

function ruleName(content: unknown, index: number): string {
  const rule: unknown = Array.isArray(content) ? content[index] : undefined;
  const name = isRecord(rule) ? rule["name"] : undefined;
  return typeof name === "string" ? `"${name}"` : `number ${index + 1}`;
}
