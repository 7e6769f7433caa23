import { type FieldCause, forbidden, invalid, required } from "../kinds/field-error.ts";
import type { CrdSchema } from "./crd-spec.ts";

/**
 * What forbids a CRD's schema: the rules of structural schemas (every field has a type, nothing that can't be pruned),
 * and keywords that the real server refuses. `path` leads to the schema, e.g. `spec.versions[0].schema.openAPIV3Schema`.
 */
export function structuralErrors(schema: CrdSchema, path: string): readonly FieldCause[] {
  return [...rootErrors(schema, path), ...nodeErrors(schema, path)];
}

function rootErrors({ type }: CrdSchema, path: string): readonly FieldCause[] {
  if (type === undefined || type === "") {
    return [required(`${path}.type`, "must not be empty at the root")];
  }
  return type === "object" ? [] : [invalid(`${path}.type`, type, "must be object at the root")];
}

function nodeErrors(schema: CrdSchema, path: string): readonly FieldCause[] {
  const { properties, additionalProperties, items } = schema;
  return [
    ...keywordErrors(schema, path),
    ...Object.entries(properties ?? {}).flatMap(([name, inner]) =>
      innerErrors(inner, `${path}.properties[${name}]`, "specified object fields"),
    ),
    ...(typeof additionalProperties === "object"
      ? innerErrors(additionalProperties, `${path}.additionalProperties`, "specified object fields")
      : []),
    ...(items === undefined ? [] : innerErrors(items, `${path}.items`, "specified array items")),
  ];
}

function innerErrors(schema: CrdSchema, path: string, what: string): readonly FieldCause[] {
  const typed =
    (schema.type ?? "") !== "" ||
    schema["x-kubernetes-int-or-string"] === true ||
    schema["x-kubernetes-preserve-unknown-fields"] === true;
  return [
    ...(typed ? [] : [required(`${path}.type`, `must not be empty for ${what}`)]),
    ...nodeErrors(schema, path),
  ];
}

const TYPES = ["array", "boolean", "integer", "number", "object", "string"];

function keywordErrors(schema: CrdSchema, path: string): readonly FieldCause[] {
  const { type, properties, additionalProperties, uniqueItems, items, pattern } = schema;
  return [
    ...(type !== undefined && type !== "" && !TYPES.includes(type)
      ? [
          invalid(
            `${path}.type`,
            type,
            "must be one of array, boolean, integer, number, object, string",
          ),
        ]
      : []),
    ...(type === "array" && items === undefined
      ? [required(`${path}.items`, "must be specified")]
      : []),
    ...(schema.$ref === undefined ? [] : [forbidden(`${path}.$ref`, "$ref is not supported")]),
    ...(properties !== undefined && typeof additionalProperties === "object"
      ? [
          forbidden(
            `${path}.additionalProperties`,
            "additionalProperties and properties are mutual exclusive",
          ),
        ]
      : []),
    ...(additionalProperties === false
      ? [forbidden(`${path}.additionalProperties`, "additionalProperties cannot be set to false")]
      : []),
    ...(uniqueItems === true
      ? [
          forbidden(
            `${path}.uniqueItems`,
            "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
          ),
        ]
      : []),
    ...(pattern !== undefined && !isPattern(pattern)
      ? [invalid(`${path}.pattern`, pattern, "must be a valid regular expression")]
      : []),
    ...listErrors(schema, path),
  ];
}

function listErrors(schema: CrdSchema, path: string): readonly FieldCause[] {
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const isMap = schema["x-kubernetes-list-type"] === "map";
  if (!isMap || keys.length > 0) return [];
  return [
    required(
      `${path}.x-kubernetes-list-map-keys`,
      "must not be empty if x-kubernetes-list-type is map",
    ),
  ];
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
