const known = new WeakMap<object, string>();

/**
 * A text that is the same for objects that mean the same: keys sorted, null and empty lists left out, as the API's
 * "semantic" equality sees them. The object must not change afterwards.
 */
export function canonical(value: object): string {
  const before = known.get(value);
  if (before !== undefined) return before;
  const text = JSON.stringify(sorted(value));
  known.set(value, text);
  return text;
}

/** Both mean the same. */
export function meansSame(a: object | undefined, b: object | undefined): boolean {
  return canonical(a ?? {}) === canonical(b ?? {});
}

/** The object without its undefined properties and without those numbers that are 0, as `omitempty` in Go does. */
export function withoutZeros<T extends object>(object: {
  readonly [K in keyof T]: T[K] | undefined;
}): T {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined && value !== 0),
  ) as T;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined && part !== null && !isEmptyList(part))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
