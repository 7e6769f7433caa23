import { resolveSchema } from "../schemas/definitions.ts";
import { fieldOf } from "../schemas/list-merge.ts";
import type { Schema } from "../schemas/schema.ts";

/**
 * The value with the defaults of its schema where it has nothing, down into what the defaults bring. Null counts as
 * nothing where the schema has a default and does not allow null. The same value when nothing is missing.
 */
export function withDefaults<T>(schema: Schema, value: T): T {
  return fill(schema, value) as T;
}

function fill(schema: Schema, value: unknown): unknown {
  const own = resolveSchema(schema);
  if (Array.isArray(value)) {
    const { items } = own;
    if (items === undefined) return value;
    const list: readonly unknown[] = value;
    return unlessSame(
      list,
      list.map((item) => fill(items, item)),
    );
  }
  if (typeof value !== "object" || value === null) return value;
  return fillMap(own, value as Readonly<Record<string, unknown>>);
}

function fillMap(
  own: Schema,
  map: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const filled: Record<string, unknown> = {};
  let changed = false;
  for (const [field, value] of Object.entries(map)) {
    const inner = fieldOf(own, field);
    const given = inner === undefined ? value : fill(inner, orDefault(inner, value));
    if (given !== value) changed = true;
    filled[field] = given;
  }
  for (const [field, inner] of Object.entries(own.properties ?? {})) {
    if (inner.default === undefined || Object.hasOwn(map, field)) continue;
    filled[field] = fill(inner, structuredClone(inner.default));
    changed = true;
  }
  return changed ? filled : map;
}

function orDefault(schema: Schema, value: unknown): unknown {
  const isNothing = value === null && schema.default !== undefined && schema.nullable !== true;
  return isNothing ? structuredClone(schema.default) : value;
}

function unlessSame(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.some((item, index) => item !== before[index]) ? after : before;
}
