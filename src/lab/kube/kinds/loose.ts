import type { KubeObject } from "../kube-object.ts";

/** A type of the API as clients send it: every field may be missing. */
export type Loose<T> = T extends readonly (infer Item)[]
  ? readonly Loose<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Loose<T[Key]> | undefined }
    : T;

/** The object with the fields of `defaults` where it has none of its own (null counts as none). */
export function filled<T extends object>(object: T | undefined, defaults: Partial<T>): T {
  const result: Record<string, unknown> = { ...object };
  for (const [key, value] of Object.entries(defaults)) {
    if (value !== undefined && (result[key] === undefined || result[key] === null)) {
      result[key] = value;
    }
  }
  return result as T;
}

/**
 * The value without fields that are null: the real server reads null as "not given". The same value
 * if there are none.
 */
export function dropNulls<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  return (Array.isArray(value) ? itemsWithoutNulls(value) : fieldsWithoutNulls(value)) as T;
}

// Every object that is written comes through here, and almost none has a null: what is unchanged is not copied.
function itemsWithoutNulls(items: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (const [index, item] of items.entries()) {
    const cleaned = dropNulls(item);
    if (cleaned !== item) (copy ??= [...items])[index] = cleaned;
  }
  return copy ?? items;
}

function fieldsWithoutNulls(object: object): object {
  const fields = object as Readonly<Record<string, unknown>>;
  const isClean = Object.keys(fields).every((key) => {
    const field = fields[key];
    return field !== null && field !== undefined && dropNulls(field) === field;
  });
  if (isClean) return object;
  const kept = Object.entries(fields).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(kept.map(([key, field]) => [key, dropNulls(field)]));
}

/** The object without some of its fields. */
export function without<T extends object, Key extends keyof T>(
  object: T,
  ...keys: readonly Key[]
): Omit<T, Key> {
  const dropped: ReadonlySet<PropertyKey> = new Set(keys);
  return Object.fromEntries(
    Object.entries(object).filter(([key]) => !dropped.has(key)),
  ) as unknown as Omit<T, Key>;
}

/** The object as a type of the API. */
export function as<T>(object: KubeObject): Loose<T> {
  return object as unknown as Loose<T>;
}

/** The value that is reached by these keys, or undefined. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}
