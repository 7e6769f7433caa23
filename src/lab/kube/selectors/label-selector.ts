import type { Result } from "../../../base/index.ts";

/** Whether labels are those that are looked for. */
export type LabelMatcher = (labels: Readonly<Record<string, string>> | undefined) => boolean;

interface Term {
  readonly key: string;
  readonly operator: "=" | "==" | "!=" | "in" | "notin" | "exists" | "!";
  readonly values: readonly string[];
}

const KEY = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?`;
const VALUE = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)?`;
const SET_TERM = new RegExp(String.raw`^(${KEY})\s+(in|notin)\s*\(([^()]*)\)$`);
const EQUAL_TERM = new RegExp(String.raw`^(${KEY})\s*(==|=|!=)\s*(${VALUE})$`);
const KEY_TERM = new RegExp(`^(!?)\\s*(${KEY})$`);
const WHOLE_VALUE = new RegExp(`^${VALUE}$`);

/**
 * Reads a label selector: `a=b`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x,y)`, `a`, `!a`, joined by commas. The error is
 * a sentence for a 400.
 */
export function parseLabelSelector(text: string): Result<LabelMatcher, string> {
  if (text.trim() === "") return { ok: true, value: () => true };
  const terms: Term[] = [];
  for (const part of splitOutsideBrackets(text)) {
    const term = parseTerm(part.trim());
    if (term === undefined) {
      const error = `unable to parse requirement: found ${JSON.stringify(part.trim())} in ${JSON.stringify(text)}, expected: a selector such as a=b, a!=b, a in (b,c), a or !a`;
      return { ok: false, error };
    }
    terms.push(term);
  }
  return { ok: true, value: (labels) => terms.every((term) => holds(term, labels?.[term.key])) };
}

function splitOutsideBrackets(text: string): string[] {
  return text.split(/,(?![^(]*\))/);
}

function parseTerm(text: string): Term | undefined {
  const set = SET_TERM.exec(text);
  if (set !== null) {
    const [, key = "", operator = "", list = ""] = set;
    const values = list.split(",").map((value) => value.trim());
    if (!values.every((value) => WHOLE_VALUE.test(value))) return undefined;
    return { key, operator: operator === "in" ? "in" : "notin", values };
  }
  const equal = EQUAL_TERM.exec(text);
  if (equal !== null) {
    const [, key = "", operator = "", value = ""] = equal;
    return { key, operator: operator === "!=" ? "!=" : "=", values: [value] };
  }
  const exists = KEY_TERM.exec(text);
  if (exists === null) return undefined;
  return { key: exists[2] ?? "", operator: exists[1] === "!" ? "!" : "exists", values: [] };
}

function holds({ operator, values }: Term, label: string | undefined): boolean {
  switch (operator) {
    case "=":
    case "==":
    case "in":
      return label !== undefined && values.includes(label);
    // An object without the label is not equal to any value.
    case "!=":
    case "notin":
      return label === undefined || !values.includes(label);
    case "exists":
      return label !== undefined;
    case "!":
      return label === undefined;
  }
}
