import { resolveSchema } from "../schemas/definitions.ts";
import { fieldOf } from "../schemas/list-merge.ts";
import type { Schema } from "../schemas/schema.ts";
import type { FieldSet } from "./field-set.ts";
import { getField, isList, isMap, type JsonMap, setField } from "./json-value.ts";
import { itemElements } from "./list-keys.ts";
import { orderItems } from "./list-order.ts";
import { isOwnedWhole } from "./owned-fields.ts";

/** The live value with what is applied merged into it: maps and lists with keys by their parts, the rest replaced. */
export function mergeApplied(schema: Schema | undefined, live: unknown, applied: unknown): unknown {
  if (isOwnedWhole(schema, applied)) return applied;
  if (isMap(applied)) return mergeMaps(schema, isMap(live) ? live : {}, applied);
  if (isList(applied)) return mergeItems(schema, isList(live) ? live : [], applied);
  return applied;
}

function mergeMaps(schema: Schema | undefined, live: JsonMap, applied: JsonMap): JsonMap {
  const merged: Record<string, unknown> = { ...live };
  for (const [field, value] of Object.entries(applied)) {
    if (value === null) continue;
    const inner = schema === undefined ? undefined : fieldOf(schema, field);
    setField(merged, field, mergeApplied(inner, getField(live, field), value));
  }
  return merged;
}

interface Item {
  readonly element: string;
  readonly value: unknown;
}

function mergeItems(
  schema: Schema | undefined,
  live: readonly unknown[],
  applied: readonly unknown[],
): readonly unknown[] {
  const itemSchema = schema === undefined ? undefined : resolveSchema(schema).items;
  const own = withElements(schema, live);
  const wanted = withElements(schema, applied);
  const byElement = new Map(own.map((item) => [item.element, item]));
  for (const { element, value } of wanted) {
    const before = byElement.get(element)?.value;
    byElement.set(element, { element, value: mergeApplied(itemSchema, before, value) });
  }
  return orderItems([...byElement.values()], {
    wanted: wanted.map(({ element }) => element),
    live: own.map(({ element }) => element),
    identity: ({ element }) => element,
  }).map(({ value }) => value);
}

/** Items without a key are told apart by their place. */
function withElements(schema: Schema | undefined, items: readonly unknown[]): readonly Item[] {
  const elements = itemElements(schema, items) ?? [];
  return items.map((value, index) => ({ element: elements[index] ?? `#${index}`, value }));
}

/** The value without some of its fields; undefined when nothing is left that the removal has touched. */
export function removeFields(
  schema: Schema | undefined,
  value: unknown,
  removed: FieldSet,
): unknown {
  if (isMap(value)) return removeFromMap(schema, value, removed);
  if (!isList(value)) return value;
  const itemSchema = schema === undefined ? undefined : resolveSchema(schema).items;
  const kept = withElements(schema, value).flatMap(({ element, value: item }) => {
    const part = removed.inside.get(element);
    if (part === undefined) return [item];
    if (part.self) return [];
    const rest = removeFields(itemSchema, item, part);
    return rest === undefined ? [] : [rest];
  });
  return kept.length === 0 ? undefined : kept;
}

function removeFromMap(schema: Schema | undefined, map: JsonMap, removed: FieldSet): unknown {
  const kept: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(map)) {
    const part = removed.inside.get(`f:${field}`);
    if (part === undefined) {
      setField(kept, field, value);
      continue;
    }
    if (part.self) continue;
    const inner = schema === undefined ? undefined : fieldOf(schema, field);
    const rest = removeFields(inner, value, part);
    if (rest !== undefined) setField(kept, field, rest);
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}
