import { Ec2Fault, invalidValue, missingParameter } from "./fault.ts";

/**
 * The parameters of one request in the `ec2` query protocol, read by wire name.
 * `Filter.1.Value.2=x` is reached as `structs("Filter")[0].list("Value")[1]`. Indexes may have gaps
 * and come in any order; lists are in numerical order. An empty value is a value, not an absence.
 */
export class Params {
  readonly #entries: ReadonlyMap<string, string>;
  readonly #prefix: string;

  constructor(entries: ReadonlyMap<string, string>, prefix = "") {
    this.#entries = entries;
    this.#prefix = prefix;
  }

  /** Decodes `application/x-www-form-urlencoded` text: a request body or a query string. */
  static fromForm(form: string): Params {
    return new Params(new Map(new URLSearchParams(form)));
  }

  /** The names of the parameters at this level, each once: `Filter` for `Filter.1.Name`. */
  names(): readonly string[] {
    const names = [...this.#keys()].map((key) => key.split(".", 1)[0] ?? key);
    return [...new Set(names)];
  }

  /** Whether anything was sent under this name: a value, a list or a structure. */
  has(name: string): boolean {
    return this.names().includes(name);
  }

  /** The text of a scalar, or undefined when it was not sent. */
  text(name: string): string | undefined {
    return this.#entries.get(this.#prefix + name);
  }

  /** The text of a scalar that must be there. Throws `MissingParameter`. */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === "") throw missingParameter(this.#prefix + name);
    return value;
  }

  /** A whole number, or undefined when it was not sent. Throws `InvalidParameterValue`. */
  int(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?\d{1,15}$/.test(value)) {
      throw invalidValue(this.#prefix + name, {
        value,
        why: "It must be a whole number.",
      });
    }
    return Number(value);
  }

  /** A boolean, or undefined when it was not sent. Throws `InvalidParameterValue`. */
  bool(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value !== "true" && value !== "false") {
      throw invalidValue(this.#prefix + name, {
        value,
        why: "It must be true or false.",
      });
    }
    return value === "true";
  }

  /** The scalars `Name.1`, `Name.2` …; empty when none was sent. */
  list(name: string): readonly string[] {
    return this.#indexes(name).flatMap((index) => {
      const value = this.text(`${name}.${index}`);
      return value === undefined ? [] : [value];
    });
  }

  /** The structures `Name.1.*`, `Name.2.*` …; empty when none was sent. */
  structs(name: string): readonly Params[] {
    return this.#indexes(name).map((index) => this.struct(`${name}.${index}`));
  }

  /** The structure `Name.*`; it may turn out to hold nothing. */
  struct(name: string): Params {
    return new Params(this.#entries, `${this.#prefix}${name}.`);
  }

  /** All values at this level in a canonical order: equal for equal requests. */
  canonical(without: readonly string[]): string {
    const kept = [...this.#keys()].filter((key) => !without.includes(key));
    return JSON.stringify(kept.toSorted().map((key) => [key, this.text(key)]));
  }

  *#keys(): Generator<string> {
    for (const key of this.#entries.keys()) {
      if (key.startsWith(this.#prefix)) yield key.slice(this.#prefix.length);
    }
  }

  #indexes(name: string): readonly string[] {
    const start = `${name}.`;
    const indexes = new Set<string>();
    for (const key of this.#keys()) {
      if (!key.startsWith(start)) continue;
      const index = key.slice(start.length).split(".", 1)[0] ?? "";
      if (!/^\d{1,6}$/.test(index)) {
        throw new Ec2Fault(
          "UnknownParameter",
          `The parameter ${this.#prefix}${key} is not recognized`,
        );
      }
      indexes.add(index);
    }
    return [...indexes].toSorted((a, b) => Number(a) - Number(b));
  }
}
