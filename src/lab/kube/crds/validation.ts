import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { duplicate, type FieldCause } from "../kinds/field-error.ts";
import type { CrdSchema } from "./crd-spec.ts";
import { FORMATS } from "./formats.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { causeOf, fieldPath } from "./validation-causes.ts";

/** Checks objects of a custom kind against its schema. */
export type Validate = (object: unknown) => readonly FieldCause[];

/** These only tell that something inside failed, and that has its own error. */
const WRAPPERS = ["if", "propertyNames"];

/**
 * Compiles a CRD's schema. The answers are the real server's, in the order of the schema. Rules in CEL
 * (`x-kubernetes-validations`) are ignored.
 */
export function compileValidation(schema: CrdSchema): Validate {
  // Compiled on first use: most custom kinds of a cluster never see an object.
  let compiled: ValidateFunction | undefined;
  return (object) => {
    compiled ??= newAjv().compile(jsonSchemaOf(schema));
    const failed = compiled(object) ? [] : (compiled.errors ?? []);
    return [...failed.filter(isOwnFailure).map(causeOf), ...duplicates(schema, object, "")];
  };
}

function newAjv(): Ajv {
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    logger: false,
    unicodeRegExp: false,
    validateSchema: false,
  });
  for (const [name, check] of Object.entries(FORMATS)) ajv.addFormat(name, check);
  return ajv;
}

/** Failures inside of `anyOf` and its like are part of the one failure of the whole. */
function isOwnFailure({ keyword, schemaPath }: ErrorObject): boolean {
  if (WRAPPERS.includes(keyword)) return false;
  return !/\/(anyOf|oneOf|not)\/./.test(schemaPath);
}

/** Items that are twice in a list of which each item or key is there once. */
function duplicates(schema: CrdSchema, value: unknown, path: string): readonly FieldCause[] {
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    const { items } = schema;
    const inside = list.flatMap((item, index) =>
      items === undefined ? [] : duplicates(items, item, `${path}[${index}]`),
    );
    return [...repeatedItems(schema, list, path), ...inside];
  }
  if (typeof value !== "object" || value === null) return [];
  const { properties, additionalProperties } = schema;
  const values = typeof additionalProperties === "object" ? additionalProperties : undefined;
  return Object.entries(value).flatMap(([field, inner]) => {
    const known = properties?.[field] ?? values;
    return known === undefined ? [] : duplicates(known, inner, fieldPath(path, field));
  });
}

function repeatedItems(
  schema: CrdSchema,
  list: readonly unknown[],
  path: string,
): readonly FieldCause[] {
  const type = schema["x-kubernetes-list-type"];
  if (type !== "set" && type !== "map") return [];
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    const identity = type === "set" ? item : keyFields(item, keys);
    const text = JSON.stringify(identity);
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [duplicate(`${path}[${index}]`, identity)];
  });
}

function keyFields(item: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> {
  const map = (item ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(keys.map((key) => [key, map[key]]));
}
