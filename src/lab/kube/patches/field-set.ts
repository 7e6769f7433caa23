import { isMap, type JsonMap } from "./json-value.ts";

/**
 * Fields of an object, as a tree. Its edges are path elements in the form of `fieldsV1`: `f:name` for a field,
 * `k:{"name":"web"}` for the item of a list with that key, `v:"x"` for a value of a set.
 */
export interface FieldSet {
  /** Whether the place itself is in the set, not only something inside it. */
  readonly self: boolean;
  readonly inside: ReadonlyMap<string, FieldSet>;
}

/** The set without fields. */
export const NO_FIELDS: FieldSet = { self: false, inside: new Map() };

/** A place that is in the set, with nothing inside it. */
export const LEAF: FieldSet = { self: true, inside: new Map() };

/** A set of what is inside; parts without fields are left out. */
export function fieldSet(self: boolean, inside: Iterable<readonly [string, FieldSet]>): FieldSet {
  return { self, inside: new Map([...inside].filter(([, part]) => !isEmpty(part))) };
}

/** Whether no field is in the set. */
export function isEmpty(set: FieldSet): boolean {
  return !set.self && set.inside.size === 0;
}

/** The fields of either. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  const inside = new Map(a.inside);
  for (const [element, part] of b.inside) {
    inside.set(element, union(inside.get(element) ?? NO_FIELDS, part));
  }
  return { self: a.self || b.self, inside };
}

/** The fields of the first that are not in the second. */
export function subtract(a: FieldSet, b: FieldSet): FieldSet {
  const parts = [...a.inside].map(
    ([element, part]) => [element, subtract(part, b.inside.get(element) ?? NO_FIELDS)] as const,
  );
  return fieldSet(a.self && !b.self, parts);
}

/** The fields that are in both. */
export function intersect(a: FieldSet, b: FieldSet): FieldSet {
  const parts = [...a.inside].map(
    ([element, part]) => [element, intersect(part, b.inside.get(element) ?? NO_FIELDS)] as const,
  );
  return fieldSet(a.self && b.self, parts);
}

/** Whether both hold the same fields. */
export function sameFields(a: FieldSet, b: FieldSet): boolean {
  return isEmpty(subtract(a, b)) && isEmpty(subtract(b, a));
}

/** The paths of the set as the server prints them: `.spec.containers[name="web"].image`. */
export function printPaths(set: FieldSet, prefix = ""): readonly string[] {
  const inside = [...set.inside]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([element, part]) => printPaths(part, `${prefix}${printElement(element)}`));
  return set.self ? [prefix, ...inside] : inside;
}

function printElement(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith("f:")) return `.${rest}`;
  if (element.startsWith("v:")) return `[=${rest}]`;
  const keys = JSON.parse(rest) as JsonMap;
  const pairs = Object.entries(keys).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return `[${pairs.join(",")}]`;
}

/** Reads `fieldsV1`. */
export function parseFieldsV1(fields: unknown): FieldSet {
  if (!isMap(fields)) return NO_FIELDS;
  const parts = Object.entries(fields).filter(([element]) => element !== ".");
  if (parts.length === 0) return LEAF;
  return fieldSet(
    Object.hasOwn(fields, "."),
    parts.map(([element, part]) => [element, parseFieldsV1(part)] as const),
  );
}

/** Writes `fieldsV1`. */
export function formatFieldsV1(set: FieldSet): JsonMap {
  const parts = [...set.inside]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([element, part]) => [element, formatFieldsV1(part)] as const);
  const self = set.self && parts.length > 0 ? ([[".", {}]] as const) : [];
  return Object.fromEntries([...self, ...parts]);
}
