import { BerthError } from "../base/index.ts";
import { parseCidr6, parseCidrLoose } from "../net/index.ts";
import type { Cidr } from "../net/index.ts";
import { isRecord } from "./json.ts";
import { VARIABLES } from "./variables.ts";
import type { Variable } from "./variable.ts";
import type { VariableName } from "./variables.ts";

/** A process environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

type NamesOf<Kind extends Variable["kind"]> = {
  [Name in VariableName]: (typeof VARIABLES)[Name]["kind"] extends Kind ? Name : never;
}[VariableName];

type Or<Name extends VariableName, T> = (typeof VARIABLES)[Name] extends { default: infer D }
  ? D extends undefined
    ? T | undefined
    : T
  : T;

/** Reads variables by kind. A value that is not of its form or out of its limits is a BerthError `badSetting`. */
export interface VariableReader {
  integer<Name extends NamesOf<"integer">>(name: Name): Or<Name, number>;
  flag(name: NamesOf<"flag">): boolean;
  word<Name extends NamesOf<"word">>(name: Name): (typeof VARIABLES)[Name]["choices"][number];
  text<Name extends NamesOf<"text">>(name: Name): Or<Name, string>;
  cidrs(name: NamesOf<"cidrs">): readonly Cidr[];
  tags(name: NamesOf<"tags">): Readonly<Record<string, string>>;
}

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);
const DECIMAL = /^[+-]?\d+$/;
const OCTAL = /^([+-]?)0([0-7]+)$/;
const PREFIXED = /^[+-]?(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9]\d*)$/;

/** Reads from `env`; white space around a value does not count, and an empty value is one that is not set. */
export function newVariableReader(env: Environment): VariableReader {
  const given = (name: VariableName): string | undefined => {
    const text = env[name]?.trim();
    return text === "" ? undefined : text;
  };

  return {
    integer<Name extends NamesOf<"integer">>(name: Name): Or<Name, number> {
      const variable: Extract<Variable, { kind: "integer" }> = VARIABLES[name];
      const { min, max, base = "decimal", default: usual } = variable;
      const text = given(name);
      const value = text === undefined ? usual : parseInteger(text, base);
      const fits = value === undefined || (value >= min && value <= max);
      if (!fits) throw badSetting(name, text, `a whole number from ${min} to ${max}`);
      return value as Or<Name, number>;
    },
    flag(name) {
      const text = given(name);
      if (text === undefined) return VARIABLES[name].default;
      if (TRUE.has(text)) return true;
      if (FALSE.has(text)) return false;
      throw badSetting(name, text, "true or false");
    },
    word<Name extends NamesOf<"word">>(name: Name): (typeof VARIABLES)[Name]["choices"][number] {
      const { choices, default: usual } = VARIABLES[name];
      const text = given(name)?.toLowerCase() ?? usual;
      const choice = choices.find((candidate) => candidate === text);
      if (choice === undefined) throw badSetting(name, text, `one of ${choices.join(", ")}`);
      return choice;
    },
    text<Name extends NamesOf<"text">>(name: Name): Or<Name, string> {
      return (given(name) ?? VARIABLES[name].default) as Or<Name, string>;
    },
    cidrs(name) {
      const texts = (given(name) ?? "").split(",").map((text) => text.trim());
      // A list for clusters of both families may have blocks of IPv6 too; nothing of IPv6 is translated.
      const own = texts.filter((text) => text !== "" && parseCidr6(text) === undefined);
      return own.map((text) => cidr(name, text));
    },
    tags(name) {
      const text = given(name) ?? "{}";
      return (
        parseTags(text) ?? fail(badSetting(name, text, 'a JSON object of texts, like {"team":"a"}'))
      );
    },
  };
}

/** As strconv.Atoi reads it, or with `prefix` as strconv.ParseInt with base 0; NaN if it does not. */
function parseInteger(text: string, base: "decimal" | "prefix"): number {
  if (base === "decimal") return DECIMAL.test(text) ? Number(text) : NaN;
  if (!PREFIXED.test(text)) return NaN;
  const digits = text.replace(OCTAL, "$10o$2");
  // Number() takes no sign before 0x.
  return digits.startsWith("-") ? -Number(digits.slice(1)) : Number(digits.replace("+", ""));
}

/** The error for a setting that can't be: it names the variable, the value and what it may be. */
export function badSetting(
  name: VariableName,
  text: string | undefined,
  allowed: string,
): BerthError {
  return new BerthError(
    "badSetting",
    `${name}=${text ?? ""} is not valid: it must be ${allowed}.`,
    {
      fix: `Set ${name} (${VARIABLES[name].meaning}) to ${allowed}, or remove it.`,
      facts: { variable: name, value: text },
    },
  );
}

function cidr(name: VariableName, text: string): Cidr {
  return (
    parseCidrLoose(text) ??
    fail(badSetting(name, text, "IPv4 blocks like 10.1.0.0/16, separated by commas"))
  );
}

function parseTags(text: string): Record<string, string> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(json)) return undefined;
  const tags: Record<string, string> = {};
  for (const [key, value] of Object.entries(json)) {
    if (typeof value !== "string") return undefined;
    tags[key] = value;
  }
  return tags;
}

function fail(error: BerthError): never {
  throw error;
}
