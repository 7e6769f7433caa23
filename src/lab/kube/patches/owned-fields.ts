import { fieldOf } from "../schemas/list-merge.ts";
import { resolveSchema } from "../schemas/definitions.ts";
import type { Schema } from "../schemas/schema.ts";
import { fieldSet, type FieldSet, LEAF, NO_FIELDS } from "./field-set.ts";
import { getField, isList, isMap, jsonEqual, type JsonMap } from "./json-value.ts";
import { itemElements } from "./list-keys.ts";

/** Fields that nobody manages: who the object is, and what the server says of it. */
const UNMANAGED: FieldSet = fieldSet(false, [
  ["f:apiVersion", LEAF],
  ["f:kind", LEAF],
  [
    "f:metadata",
    fieldSet(
      true,
      [
        "creationTimestamp",
        "generation",
        "managedFields",
        "name",
        "namespace",
        "resourceVersion",
        "selfLink",
        "uid",
      ].map((field) => [`f:${field}`, LEAF] as const),
    ),
  ],
]);

/** All that a manager sets with this object. */
export function fieldsOf(schema: Schema, object: unknown): FieldSet {
  return withoutUnmanaged(valueFields(schema, object));
}

/** The fields in which `after` has another value than `before`, or a value where that has none. */
export function changedFields(schema: Schema, before: unknown, after: unknown): FieldSet {
  return withoutUnmanaged(changes(schema, before, after));
}

/** A set without the fields that nobody manages, and all within them. */
function withoutUnmanaged(set: FieldSet, unmanaged: FieldSet = UNMANAGED): FieldSet {
  const parts = [...set.inside].map(([element, part]) => {
    const here = unmanaged.inside.get(element);
    if (here === undefined) return [element, part] as const;
    const kept = here.inside.size === 0 ? NO_FIELDS : withoutUnmanaged(part, here);
    return [element, kept] as const;
  });
  return fieldSet(set.self && !unmanaged.self, parts);
}

function valueFields(schema: Schema | undefined, value: unknown): FieldSet {
  if (isOwnedWhole(schema, value)) return LEAF;
  const parts = childrenOf(schema, value);
  if (parts.length === 0) return LEAF;
  return fieldSet(
    false,
    parts.map(({ element, schema: inner, value: part }) => {
      const fields = valueFields(inner, part);
      // An item of a list is owned besides its fields: who owns it makes it be there.
      return [element, element.startsWith("f:") ? fields : { ...fields, self: true }] as const;
    }),
  );
}

function changes(schema: Schema | undefined, before: unknown, after: unknown): FieldSet {
  if (jsonEqual(before, after)) return NO_FIELDS;
  if (before === undefined || isOwnedWhole(schema, after) || isOwnedWhole(schema, before)) {
    return valueFields(schema, after);
  }
  const old = new Map(childrenOf(schema, before).map((child) => [child.element, child]));
  return fieldSet(
    false,
    childrenOf(schema, after).map((child) => {
      const was = old.get(child.element);
      const fields = changes(child.schema, was?.value, child.value);
      const isNewItem = was === undefined && !child.element.startsWith("f:");
      return [child.element, isNewItem ? { ...fields, self: true } : fields] as const;
    }),
  );
}

/** A part of a value that has an owner of its own. */
export interface Child {
  readonly element: string;
  readonly schema: Schema | undefined;
  readonly value: unknown;
}

/** Whether a value has one owner: plain values, lists without keys, and what its schema calls atomic. */
export function isOwnedWhole(schema: Schema | undefined, value: unknown): boolean {
  const own = schema === undefined ? undefined : resolveSchema(schema);
  if (schema?.atomic === true || own?.atomic === true) return true;
  if (isList(value)) return itemElements(schema, value) === undefined;
  return !isMap(value);
}

/** The parts of a map or of a list with keys; null values and items without a key are none. */
export function childrenOf(schema: Schema | undefined, value: unknown): readonly Child[] {
  if (isMap(value)) return fieldsOfMap(schema, value);
  if (!isList(value)) return [];
  const items = schema === undefined ? undefined : resolveSchema(schema).items;
  const elements = itemElements(schema, value) ?? [];
  return elements.flatMap((element, index) =>
    element === undefined ? [] : [{ element, schema: items, value: value[index] }],
  );
}

function fieldsOfMap(schema: Schema | undefined, map: JsonMap): readonly Child[] {
  return Object.keys(map)
    .filter((field) => getField(map, field) !== null)
    .map((field) => ({
      element: `f:${field}`,
      schema: schema === undefined ? undefined : fieldOf(schema, field),
      value: getField(map, field),
    }));
}
