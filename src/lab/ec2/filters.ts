import { Ec2Fault } from "./fault.ts";
import type { Params } from "./params.ts";
import type { XmlStruct, XmlValue } from "./xml.ts";

/**
 * The filters of one Describe action: filter name → where the reply holds the value, as a dotted path
 * of element names. A path through a list reaches every item of it. `tag:<key>` and `tag-key` need no
 * entry; they always look at `tagSet`.
 */
export type FilterPaths = Readonly<Record<string, string>>;

/** One condition: true for the reply items that it lets through. */
export type Condition = (item: XmlStruct) => boolean;

const VALUES_PER_FILTER_MAX = 200;

/**
 * Reads `Filter.N` and returns the condition that all of them state: values of one filter are
 * alternatives, filters must all hold, and a multi-valued attribute matches by any of its values.
 * Throws `InvalidParameterValue` for a filter that the action doesn't have, or one without values.
 */
export function readFilters(params: Params, paths: FilterPaths): Condition {
  const conditions = params.structs("Filter").map((filter) => {
    const name = filter.required("Name");
    const find = finderFor(name, paths);
    const patterns = readPatterns(name, filter);
    return (item: XmlStruct) =>
      find(item).some((value) => patterns.some((pattern) => pattern.test(value)));
  });
  return (item) => conditions.every((condition) => condition(item));
}

/** The values of a filter without wildcards; undefined if it is not given, or given with some. */
export function exactValues(params: Params, name: string): ReadonlySet<string> | undefined {
  const filters = params.structs("Filter").filter((filter) => filter.text("Name") === name);
  const [values] = filters.map((filter) => filter.list("Value"));
  if (filters.length !== 1 || values === undefined) return undefined;
  return values.some((value) => /[*?\\]/.test(value)) ? undefined : new Set(values);
}

function finderFor(name: string, paths: FilterPaths): (item: XmlStruct) => readonly string[] {
  if (name === "tag-key") return (item) => valuesAt(item, ["tagSet", "key"]);
  if (name.startsWith("tag:")) return (item) => tagValues(item, name.slice("tag:".length));
  const path = Object.hasOwn(paths, name) ? paths[name] : undefined;
  if (path === undefined) {
    throw new Ec2Fault("InvalidParameterValue", `The filter '${name}' is invalid`);
  }
  const steps = path.split(".");
  return (item) => valuesAt(item, steps);
}

function readPatterns(name: string, filter: Params): readonly RegExp[] {
  const values = filter.list("Value");
  if (values.length === 0) {
    throw new Ec2Fault("InvalidParameterValue", `The filter '${name}' has no values`);
  }
  if (values.length > VALUES_PER_FILTER_MAX) {
    throw new Ec2Fault(
      "FilterLimitExceeded",
      `The maximum number of filter values specified on a single call is ${VALUES_PER_FILTER_MAX}`,
    );
  }
  return values.map(wildcard);
}

/** `*` is any run of characters, `?` at most one, and a backslash takes the next character literally. */
function wildcard(value: string): RegExp {
  const source = value.replace(
    /\\(.)|[*?]|[^*?\\]+|\\$/gsu,
    (part, escaped: string | undefined) => {
      if (escaped !== undefined) return literal(escaped);
      if (part === "*") return ".*";
      if (part === "?") return ".?";
      return literal(part);
    },
  );
  return new RegExp(`^${source}$`, "su");
}

function literal(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}/]/g, "\\$&");
}

function tagValues(item: XmlStruct, key: string): readonly string[] {
  const tags = item["tagSet"];
  if (!Array.isArray(tags)) return [];
  return (tags as readonly XmlStruct[]).flatMap((tag) =>
    tag["key"] === key ? valuesAt(tag, ["value"]) : [],
  );
}

function valuesAt(value: XmlValue, steps: readonly string[]): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item: XmlValue) => valuesAt(item, steps));
  const [step, ...rest] = steps;
  if (typeof value !== "object") return step === undefined ? [String(value)] : [];
  return step === undefined ? [] : valuesAt((value as XmlStruct)[step], rest);
}
