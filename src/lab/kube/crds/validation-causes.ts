import type { ErrorObject } from "ajv";
import { type FieldCause, invalid, notSupported, required, tooLong } from "../kinds/field-error.ts";

/** What the validator says of a failed rule besides which one it was. */
interface Params {
  readonly missingProperty?: string;
  readonly limit?: number;
  readonly comparison?: string;
  readonly multipleOf?: number;
  readonly pattern?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
}

/** The cause of a 422 that the real server gives for a failed rule. */
export function causeOf(error: ErrorObject): FieldCause {
  const field = pathOf(error.instancePath);
  const params = error.params as Params;
  const { limit = 0 } = params;
  const says = (text: string): FieldCause => invalid(field, error.data, `${field} in body ${text}`);
  switch (error.keyword) {
    case "required":
      return required(fieldPath(field, params.missingProperty ?? ""));
    case "type":
      return wrongType(field, error.data, typeWords(params.type));
    case "format":
      return typeInvalid(field, error.data, {
        type: params.format ?? "",
        found: String(error.data),
      });
    case "enum":
      return notSupported(field, error.data, (error.schema as readonly unknown[]).map(String));
    case "maxLength":
      return tooLong(field, limit);
    case "maxItems":
      return tooMany(field, (error.data as readonly unknown[]).length, limit);
    case "pattern":
      return says(`should match '${params.pattern ?? ""}'`);
    case "minLength":
      return says(`should be at least ${limit} chars long`);
    case "minItems":
      return says(`should have at least ${limit} items`);
    case "uniqueItems":
      return says("shouldn't contain duplicates");
    case "minProperties":
      return says(`should have at least ${limit} properties`);
    case "maxProperties":
      return says(`should have at most ${limit} properties`);
    case "multipleOf":
      return says(`should be a multiple of ${params.multipleOf ?? 0}`);
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return says(`should be ${comparisonWords(params.comparison ?? "")} ${limit}`);
    default:
      return invalid(field, error.data, combinationText(field, error));
  }
}

/** `spec.list[0].name`; at the root only the field. */
export function fieldPath(path: string, field: string): string {
  return path === "" ? field : `${path}.${field}`;
}

/** From `/spec/list/0/name`. */
function pathOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce(
      (path, token) => (/^\d+$/.test(token) ? `${path}[${token}]` : fieldPath(path, token)),
      "",
    );
}

function wrongType(field: string, value: unknown, type: string): FieldCause {
  const found = jsonType(value);
  return typeInvalid(field, found, { type, found });
}

function typeInvalid(
  field: string,
  value: unknown,
  { type, found }: { type: string; found: string },
): FieldCause {
  const detail = `${field} in body must be of type ${type}: ${JSON.stringify(found)}`;
  return { ...invalid(field, value, detail), reason: "FieldValueTypeInvalid" };
}

function tooMany(field: string, count: number, max: number): FieldCause {
  const message = `Too many: ${count}: must have at most ${max} items`;
  return { reason: "FieldValueTooMany", field, message };
}

function jsonType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function typeWords(type: string | readonly string[] | undefined): string {
  const words = typeof type === "string" ? [type] : (type ?? []);
  return words.filter((word) => word !== "null").join(",");
}

function comparisonWords(comparison: string): string {
  switch (comparison) {
    case ">=":
      return "greater than or equal to";
    case "<=":
      return "less than or equal to";
    case ">":
      return "greater than";
    default:
      return "less than";
  }
}

function combinationText(field: string, { keyword, params }: ErrorObject): string {
  const name = JSON.stringify(field);
  const { passingSchemas } = params as { passingSchemas?: readonly number[] | null };
  switch (keyword) {
    case "anyOf":
      return `${name} must validate at least one schema (anyOf)`;
    case "oneOf":
      return passingSchemas === null || passingSchemas === undefined
        ? `${name} must validate one and only one schema (oneOf). Found none valid`
        : `${name} must validate one and only one schema (oneOf). Found ${passingSchemas.length} valid alternatives`;
    case "not":
      return `${name} must not validate the schema (not)`;
    default:
      return `${name} must satisfy ${keyword}`;
  }
}
