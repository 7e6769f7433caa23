import { isDeepStrictEqual } from "node:util";

/** A JSON object, or a Go map. */
export type JsonMap = Readonly<Record<string, unknown>>;

/** Whether the value is a JSON object. */
export function isMap(value: unknown): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether the value is a JSON list. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Whether two JSON values are the same, whatever the order of keys. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b);
}

/**
 * Sets a field that may have any name: `__proto__` too is then a field like others (as JSON.parse makes it), not the
 * object's prototype.
 */
export function setField(map: Record<string, unknown>, field: string, value: unknown): void {
  if (field !== "__proto__") {
    map[field] = value;
    return;
  }
  Object.defineProperty(map, field, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** The value of an own field. */
export function getField(map: JsonMap, field: string): unknown {
  return Object.hasOwn(map, field) ? map[field] : undefined;
}

/** How Go's `%v` prints a value: `map[a:1 b:[x y]]`. The real server's messages hold patches in that form. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (isList(value)) return `[${value.map(goText).join(" ")}]`;
  if (!isMap(value)) return typeof value === "string" ? value : JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${fields.map(([key, inner]) => `${key}:${goText(inner)}`).join(" ")}]`;
}

/** What the decoder calls a JSON value: `array`, `string`, `bool` … */
export function jsonTypeWord(value: unknown): string {
  if (isList(value)) return "array";
  if (value === null) return "null";
  return typeof value === "boolean" ? "bool" : typeof value;
}
