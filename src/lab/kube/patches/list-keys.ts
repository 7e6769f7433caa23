import { resolveSchema } from "../schemas/definitions.ts";
import type { Schema } from "../schemas/schema.ts";
import { getField, isMap } from "./json-value.ts";

/** Key fields that may be left out, and what they then are. */
const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: "TCP" };

/**
 * Path element of each item of a list that is merged item by item, e.g. `k:{"containerPort":80,"protocol":"TCP"}`;
 * undefined for a list that is owned as a whole. An item without its key has the element undefined.
 */
export function itemElements(
  schema: Schema | undefined,
  items: readonly unknown[],
): readonly (string | undefined)[] | undefined {
  const own = schema === undefined ? undefined : resolveSchema(schema);
  const merge = schema?.listMerge ?? own?.listMerge;
  if (merge === undefined) return undefined;
  if (merge.kind === "set") return items.map((item) => `v:${JSON.stringify(item)}`);
  return items.map((item) => keyElement(item, merge.keys, own?.items));
}

/** The first key field that an item lacks. */
export function missingKey(schema: Schema, item: unknown): string | undefined {
  const own = resolveSchema(schema);
  const keys = (schema.listMerge ?? own.listMerge)?.keys ?? [];
  return keys.find((key) => keyValue(item, key, own.items) === undefined);
}

function keyElement(
  item: unknown,
  keys: readonly string[],
  schema: Schema | undefined,
): string | undefined {
  const values = keys.toSorted().map((key) => [key, keyValue(item, key, schema)] as const);
  if (values.some(([, value]) => value === undefined)) return undefined;
  return `k:${JSON.stringify(Object.fromEntries(values))}`;
}

function keyValue(item: unknown, key: string, schema: Schema | undefined): unknown {
  const value = isMap(item) ? (getField(item, key) ?? undefined) : undefined;
  if (value !== undefined || !isMap(item)) return value;
  const declared = schema === undefined ? undefined : resolveSchema(schema).properties?.[key];
  return declared?.default ?? KEY_DEFAULTS[key];
}
