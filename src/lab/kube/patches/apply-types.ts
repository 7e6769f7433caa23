import { resolveSchema } from "../schemas/definitions.ts";
import { fieldOf } from "../schemas/list-merge.ts";
import type { Schema } from "../schemas/schema.ts";
import { goText, isList, isMap } from "./json-value.ts";
import { itemElements, missingKey } from "./list-keys.ts";

/**
 * Why an object can't be applied, in the words of the real server (structured-merge-diff): fields that its schema has
 * not got, values of another type, list items without a key or with one key twice. Undefined when it can.
 */
export function typedPatchError(schema: Schema, object: unknown): string | undefined {
  const errors = errorsOf(schema, object, "");
  if (errors.length <= 1) return errors[0];
  return `errors:\n${errors.map((error) => `  ${error}`).join("\n")}`;
}

function errorsOf(schema: Schema, value: unknown, path: string): readonly string[] {
  const own = resolveSchema(schema);
  if (value === null || value === undefined) return [];
  switch (own.type ?? "untyped") {
    case "object":
      return objectErrors(own, value, path);
    case "array":
      return listErrors(schema, value, path);
    case "string":
      if (typeof value === "string") return [];
      return [`${path}: expected string, got &value.valueUnstructured{Value:${goText(value)}}`];
    case "integer":
    case "number":
      return typeof value === "number"
        ? []
        : [`${path}: expected numeric (int or float), got ${goType(value)}`];
    case "boolean":
      return typeof value === "boolean" ? [] : [`${path}: expected boolean, got ${goText(value)}`];
    case "untyped":
      return [];
  }
}

function objectErrors(own: Schema, value: unknown, path: string): readonly string[] {
  if (!isMap(value)) {
    return [`${path}: expected map, got &value.valueUnstructured{Value:${goText(value)}}`];
  }
  return Object.entries(value).flatMap(([field, inner]) => {
    const known = fieldOf(own, field);
    if (known !== undefined) return errorsOf(known, inner, `${path}.${field}`);
    const free = own.preserveUnknown === true || own.properties === undefined;
    return free ? [] : [`${path}.${field}: field not declared in schema`];
  });
}

function listErrors(schema: Schema, value: unknown, path: string): readonly string[] {
  if (!isList(value)) {
    return [`${path}: expected list, got &value.valueUnstructured{Value:${goText(value)}}`];
  }
  const { items } = resolveSchema(schema);
  const elements = itemElements(schema, value);
  const seen = new Set<string>();
  return value.flatMap((item, index) => {
    const element = elements?.[index];
    if (elements !== undefined && element === undefined) {
      const key = missingKey(schema, item) ?? "";
      return [
        `${path}: element ${index}: associative list with keys has an element that omits key field "${key}" (and doesn't have default value)`,
      ];
    }
    if (element !== undefined && seen.has(element)) {
      return [`${path}: duplicate entries for key ${printKey(element)}`];
    }
    if (element !== undefined) seen.add(element);
    const place = `${path}${element === undefined ? `[${index}]` : printKey(element)}`;
    return items === undefined ? [] : errorsOf(items, item, place);
  });
}

function printKey(element: string): string {
  if (element.startsWith("v:")) return `[=${element.slice(2)}]`;
  const pairs = Object.entries(JSON.parse(element.slice(2)) as Record<string, unknown>);
  return `[${pairs.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
}

function goType(value: unknown): string {
  if (isMap(value)) return "map[string]interface {}";
  if (isList(value)) return "[]interface {}";
  return typeof value === "boolean" ? "bool" : typeof value;
}
