import { decodeError } from "../schemas/decode-error.ts";
import { resolveSchema } from "../schemas/definitions.ts";
import { fieldOf } from "../schemas/list-merge.ts";
import type { Schema } from "../schemas/schema.ts";
import { isList, isMap } from "./json-value.ts";

/**
 * Why an object that a strategic merge patch made can't be read as its kind, in the words of the real server, which reads
 * it in another way than a request's body: `unrecognized type: int32`, without the place. Undefined when it can.
 */
export function restoreError(schema: Schema, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const own = resolveSchema(schema);
  if (own.goType === undefined) return undefined;
  switch (own.type ?? "untyped") {
    case "object":
      if (!isMap(value))
        return cannotRestore(own.properties === undefined ? "map" : "struct", value);
      return firstOf(Object.entries(value), ([field, inner]) => {
        const known = fieldOf(own, field);
        return known === undefined ? undefined : restoreError(known, inner);
      });
    case "array":
      if (!isList(value)) return cannotRestore("slice", value);
      return firstOf(value, (item) =>
        own.items === undefined ? undefined : restoreError(own.items, item),
      );
    case "string":
      if (typeof value === "string") return decodeError(schema, value);
      return typeof value === "number"
        ? `cannot convert ${goNumber(value)} to string`
        : "unrecognized type: string";
    case "boolean":
      return typeof value === "boolean" ? undefined : "unrecognized type: bool";
    case "integer":
    case "number":
      return numberError(own, value);
    case "untyped":
      return decodeError(schema, value);
  }
}

function numberError(own: Schema, value: unknown): string | undefined {
  const goType = own.goType ?? "int64";
  if (typeof value !== "number") return `unrecognized type: ${goType}`;
  const isWhole = Number.isInteger(value) || own.type === "number";
  return isWhole ? undefined : `cannot convert float64 to ${goType}`;
}

function cannotRestore(what: "map" | "slice" | "struct", value: unknown): string {
  const found = kindWord(value);
  return what === "struct"
    ? `cannot restore struct from: ${found}`
    : `cannot restore ${what} from ${found}`;
}

function kindWord(value: unknown): string {
  if (isMap(value)) return "map";
  if (isList(value)) return "slice";
  if (typeof value === "number") return goNumber(value);
  return typeof value === "boolean" ? "bool" : "string";
}

function goNumber(value: number): string {
  return Number.isInteger(value) ? "int64" : "float64";
}

function firstOf<T>(
  values: readonly T[],
  check: (value: T) => string | undefined,
): string | undefined {
  for (const value of values) {
    const error = check(value);
    if (error !== undefined) return error;
  }
  return undefined;
}
