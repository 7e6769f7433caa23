import { resolveSchema } from "./definitions.ts";
import { fieldOf } from "./list-merge.ts";
import type { Schema } from "./schema.ts";
import { quantityError, timeError } from "./value-errors.ts";

/**
 * Why the object can't be read as its kind, in the words of the real server's decoder, or undefined when it can:
 * `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`. The server puts
 * `Deployment in version "v1" cannot be handled as a Deployment: ` before it and answers 400.
 */
export function decodeError(schema: Schema, object: unknown): string | undefined {
  return check(schema, object, { path: [], struct: "" });
}

/** Where the decoder is: the fields from the root (lists leave no trace) and the innermost struct. */
interface Place {
  readonly path: readonly string[];
  readonly struct: string;
}

function check(schema: Schema, value: unknown, place: Place): string | undefined {
  const own = resolveSchema(schema);
  if (value === null || value === undefined) return undefined;
  // Custom kinds are decoded as they are and validated later; of them only the metadata has types.
  if (own.goType === undefined) return undefined;
  switch (own.type ?? "untyped") {
    case "object":
      return checkObject(schema, value, place);
    case "array":
      if (!Array.isArray(value)) return mismatch(schema, value, place);
      return firstError(value, (item) =>
        own.items === undefined ? undefined : check(own.items, item, place),
      );
    case "string":
      if (typeof value !== "string") return mismatch(schema, value, place);
      return own.format === "date-time" ? timeError(value) : bytesError(own, value);
    case "boolean":
      return typeof value === "boolean" ? undefined : mismatch(schema, value, place);
    case "integer":
      return isInteger(own, value) ? undefined : mismatch(schema, value, place);
    case "number":
      return typeof value === "number" ? undefined : mismatch(schema, value, place);
    case "untyped":
      return checkUntyped(schema, value, place);
  }
}

function checkObject(schema: Schema, value: unknown, place: Place): string | undefined {
  const own = resolveSchema(schema);
  if (typeof value !== "object" || Array.isArray(value)) return mismatch(schema, value, place);
  const struct = own.properties === undefined ? place.struct : typeName(own);
  return firstError(Object.entries(value ?? {}), ([field, inner]) => {
    const known = fieldOf(own, field);
    if (known === undefined) return undefined;
    const path = own.properties === undefined ? place.path : [...place.path, field];
    return check(known, inner, { path, struct });
  });
}

function checkUntyped(schema: Schema, value: unknown, place: Place): string | undefined {
  const { format } = resolveSchema(schema);
  if (format === "quantity") {
    if (typeof value !== "string" && typeof value !== "number") {
      return quantityError(JSON.stringify(value));
    }
    return quantityError(String(value));
  }
  if (format !== "int-or-string" || typeof value === "string") return undefined;
  const integer: Schema = { type: "integer", format: "int32", goType: "int32" };
  return isInteger(integer, value) ? undefined : mismatch(integer, value, place);
}

function isInteger(schema: Schema, value: unknown): boolean {
  if (typeof value !== "number" || !Number.isInteger(value)) return false;
  return schema.format !== "int32" || Math.abs(value) <= 0x7fffffff || value === -0x80000000;
}

function bytesError(schema: Schema, value: string): string | undefined {
  if (schema.format !== "byte") return undefined;
  const at = value.search(/[^A-Za-z0-9+/=\r\n]/);
  if (at !== -1) return `illegal base64 data at input byte ${at}`;
  const digits = value.replace(/[\r\n]/g, "");
  const wellFormed = digits.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(digits);
  return wellFormed
    ? undefined
    : `illegal base64 data at input byte ${digits.length - (digits.length % 4)}`;
}

/** The sentence of Go's encoding/json, UnmarshalTypeError. */
function mismatch(schema: Schema, value: unknown, { path, struct }: Place): string {
  const goType = schema.goType ?? resolveSchema(schema).goType ?? "interface {}";
  const where = path.length === 0 ? "value" : `struct field ${struct}.${path.join(".")}`;
  return `json: cannot unmarshal ${jsonWord(value)} into Go ${where} of type ${goType}`;
}

function jsonWord(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  if (typeof value !== "number") return typeof value === "string" ? "string" : "object";
  return Number.isInteger(value) && Math.abs(value) < 0x7fffffff ? "number" : `number ${value}`;
}

function typeName(schema: Schema): string {
  return (schema.goType ?? "").replace(/^.*\./, "");
}

function firstError<T>(
  values: readonly T[],
  check: (value: T) => string | undefined,
): string | undefined {
  for (const value of values) {
    const error = check(value);
    if (error !== undefined) return error;
  }
  return undefined;
}
