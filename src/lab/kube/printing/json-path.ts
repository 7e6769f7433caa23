/** One step of a path into an object. */
type Step =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "all" }
  | { readonly kind: "filter"; readonly path: readonly Step[]; readonly test: Test | undefined };

interface Test {
  readonly operator: "==" | "!=";
  readonly value: unknown;
}

/** A JSONPath that has been read: finds the values it names, in the order of the document. */
export type JsonPath = (object: unknown) => readonly unknown[];

const FIELD = /^\.?((?:\\.|[^.[\]\\])+)/;
const QUOTED = /^\[\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")\s*\]/;
const INDEX = /^\[\s*(-?\d+)\s*\]/;
const ALL = /^(?:\[\s*\*\s*\]|\.\*)/;
const FILTER = /^\[\s*\?\(\s*@((?:\.(?:\\.|[^.[\]\\\s=!)])+)*)\s*(?:(==|!=)\s*([^)]*?)\s*)?\)\s*\]/;

/**
 * Reads a simple JSONPath, as printer columns of custom resources have: fields (`.a.b`, `.a\.b`,
 * `['a.b']`), indices (`[0]`, `[-1]`), `[*]`, and filters (`[?(@.type=="Ready")]`). Undefined: it is
 * not one of these.
 */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps = parseSteps(text.replace(/^\{(.*)\}$/, "$1").replace(/^\$/, ""));
  return steps === undefined ? undefined : (object) => follow([object], steps);
}

function parseSteps(text: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let rest = text === "." ? "" : text;
  while (rest !== "") {
    const [step, length] = parseStep(rest);
    if (step === undefined) return undefined;
    steps.push(step);
    rest = rest.slice(length);
  }
  return steps;
}

function parseStep(text: string): readonly [Step | undefined, number] {
  const all = ALL.exec(text);
  if (all !== null) return [{ kind: "all" }, all[0].length];
  const index = INDEX.exec(text);
  if (index !== null) return [{ kind: "index", index: Number(index[1]) }, index[0].length];
  const quoted = QUOTED.exec(text);
  if (quoted !== null) {
    const name = unescaped(quoted[1] ?? quoted[2] ?? "");
    return [{ kind: "field", name }, quoted[0].length];
  }
  const filter = FILTER.exec(text);
  if (filter !== null) return [parseFilter(filter), filter[0].length];
  const field = FIELD.exec(text);
  if (field !== null) return [{ kind: "field", name: unescaped(field[1] ?? "") }, field[0].length];
  return [undefined, 0];
}

function parseFilter([, path, operator, value]: RegExpExecArray): Step | undefined {
  const steps = parseSteps(path ?? "");
  if (steps === undefined) return undefined;
  if (operator !== "==" && operator !== "!=")
    return { kind: "filter", path: steps, test: undefined };
  return { kind: "filter", path: steps, test: { operator, value: literal(value ?? "") } };
}

function literal(text: string): unknown {
  const quoted = /^(?:'(.*)'|"(.*)")$/.exec(text);
  if (quoted !== null) return quoted[1] ?? quoted[2];
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return text === "" || Number.isNaN(number) ? text : number;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, "$1");
}

function follow(values: readonly unknown[], steps: readonly Step[]): readonly unknown[] {
  return steps.reduce<readonly unknown[]>(
    (found, step) => found.flatMap((value) => take(value, step)),
    values,
  );
}

function take(value: unknown, step: Step): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  const items: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined;
  switch (step.kind) {
    case "field": {
      const field: unknown =
        items === undefined && Object.hasOwn(value, step.name)
          ? (value as Readonly<Record<string, unknown>>)[step.name]
          : undefined;
      return field === undefined ? [] : [field];
    }
    case "index": {
      const item = items?.at(step.index);
      return item === undefined ? [] : [item];
    }
    case "all":
      return items ?? Object.values(value);
    case "filter":
      return (items ?? []).filter((item) => passes(item, step));
  }
}

function passes(item: unknown, step: Extract<Step, { kind: "filter" }>): boolean {
  const [found] = follow([item], step.path);
  if (step.test === undefined) return found !== undefined;
  if (found === undefined) return false;
  return step.test.operator === "==" ? found === step.test.value : found !== step.test.value;
}
