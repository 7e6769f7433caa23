import { invariant } from "../base/index.ts";

/** Arguments and options as they were typed, checked against the command's specs. Asking for an undeclared one is a bug. */
export interface Given {
  /** An argument that is required. */
  argument(name: string): string;
  /** An argument that may be left out. */
  optionalArgument(name: string): string | undefined;
  /** The words of an argument of presence `many` or `rest`. */
  argumentList(name: string): readonly string[];
  /** Whether a flag was given. */
  flag(name: string): boolean;
  /** The value of a word option: as typed, else its default, else undefined. */
  word(name: string): string | undefined;
  /** The value of an integer option, within its limits: as typed, else its default, else undefined. */
  integer(name: string): number | undefined;
}

/** What was typed, by name. */
export type GivenValue = string | number | boolean | readonly string[] | undefined;

/** Wraps values that have been checked. Every declared name must be a key, even when its value is undefined. */
export function newGiven(values: ReadonlyMap<string, GivenValue>): Given {
  function value(name: string): GivenValue {
    invariant(values.has(name), `the command declares no argument or option "${name}"`);
    return values.get(name);
  }
  function text(name: string): string | undefined {
    const found = value(name);
    invariant(found === undefined || typeof found === "string", `"${name}" is not a word`);
    return found;
  }
  return {
    argument(name) {
      const found = text(name);
      invariant(found !== undefined, `argument "${name}" is not required`);
      return found;
    },
    optionalArgument: text,
    argumentList(name) {
      const found = value(name);
      invariant(typeof found === "object", `"${name}" is not a list`);
      return found;
    },
    flag(name) {
      const found = value(name);
      invariant(typeof found === "boolean", `"${name}" is not a flag`);
      return found;
    },
    word: text,
    integer(name) {
      const found = value(name);
      invariant(found === undefined || typeof found === "number", `"${name}" is not an integer`);
      return found;
    },
  };
}
