import { resolveSchema } from "../schemas/definitions.ts";
import type { Schema } from "../schemas/schema.ts";
import { decodeWellKnown } from "./well-known.ts";
import { readFields, readPacked, type WireField } from "./wire.ts";

/** Where a field number leads: to a field of the object, or into a struct that is embedded in it. */
type Target =
  | { readonly kind: "field"; readonly name: string; readonly schema: Schema }
  | { readonly kind: "embedded"; readonly numbers: ReadonlyMap<number, Target> };

const layouts = new WeakMap<Schema, ReadonlyMap<number, Target>>();

/** Decodes the message of an object; fields that the schema doesn't know are skipped. */
export function decodeMessage(schema: Schema, bytes: Uint8Array): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  fill(object, layoutOf(resolveSchema(schema)), bytes);
  return object;
}

function fill(
  object: Record<string, unknown>,
  layout: ReadonlyMap<number, Target>,
  bytes: Uint8Array,
): void {
  for (const field of readFields(bytes)) {
    const target = layout.get(field.number);
    if (target === undefined) continue;
    if (target.kind === "embedded") {
      fill(object, target.numbers, field.bytes ?? new Uint8Array());
      continue;
    }
    const value = fieldValue(target.schema, field, object[target.name]);
    if (value !== undefined) object[target.name] = value;
  }
}

/** The value of a field after one more occurrence of it; undefined when it says nothing. */
function fieldValue(schema: Schema, field: WireField, before: unknown): unknown {
  if (schema.type === "array" && schema.items !== undefined) {
    const list = (before ?? []) as readonly unknown[];
    return [...list, ...itemValues(schema.items, field)];
  }
  if (schema.additionalProperties !== undefined) {
    const map = (before ?? {}) as Readonly<Record<string, unknown>>;
    return { ...map, ...mapEntry(schema.additionalProperties, field) };
  }
  const value = singleValue(schema, field);
  return isZero(value) && schema.zeroIsValue !== true ? undefined : value;
}

function itemValues(items: Schema, field: WireField): readonly unknown[] {
  const isNumber = items.type === "integer" || items.type === "boolean";
  if (field.bytes === undefined || !isNumber) return [singleValue(items, field)];
  return readPacked(field.bytes);
}

/** {1 key, 2 value}; a value that is a list is a message {1 items}. */
function mapEntry(values: Schema, field: WireField): Readonly<Record<string, unknown>> {
  const entry = readFields(field.bytes ?? new Uint8Array());
  const key = entry.find((part) => part.number === 1)?.bytes ?? new Uint8Array();
  const value = entry.find((part) => part.number === 2) ?? { number: 2, bytes: new Uint8Array() };
  if (values.items === undefined) return { [text(key)]: singleValue(values, value) };
  const { items } = values;
  const list = readFields(value.bytes ?? new Uint8Array()).map((item) => singleValue(items, item));
  return { [text(key)]: list };
}

function singleValue(schema: Schema, field: WireField): unknown {
  const bytes = field.bytes ?? new Uint8Array();
  if (schema.ref !== undefined) {
    const known = decodeWellKnown(schema.ref, bytes);
    return known === undefined ? decodeMessage(schema, bytes) : known.value;
  }
  if (schema.type === "integer" || schema.type === "number") return field.value ?? 0;
  if (schema.type === "boolean") return field.value === 1;
  if (schema.type !== "string") return undefined;
  return schema.format === "byte" ? Buffer.from(bytes).toString("base64") : text(bytes);
}

function isZero(value: unknown): boolean {
  return value === 0 || value === false || value === "";
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

function layoutOf(schema: Schema): ReadonlyMap<number, Target> {
  const known = layouts.get(schema);
  if (known !== undefined) return known;
  const layout = new Map<number, Target>();
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field.protobufTag === undefined) continue;
    const path = String(field.protobufTag).split(".").map(Number);
    place(layout, path, { kind: "field", name, schema: field });
  }
  layouts.set(schema, layout);
  return layout;
}

function place(layout: Map<number, Target>, path: readonly number[], target: Target): void {
  const [number = 0, ...rest] = path;
  if (rest.length === 0) {
    layout.set(number, target);
    return;
  }
  const here = layout.get(number);
  const numbers = here?.kind === "embedded" ? new Map(here.numbers) : new Map<number, Target>();
  place(numbers, rest, target);
  layout.set(number, { kind: "embedded", numbers });
}
