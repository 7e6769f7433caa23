import type { CrdSchema } from "./crd-spec.ts";

/** A JSON Schema (draft 7) as Ajv reads it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Rules that mean the same in both. */
const SAME = [
  "format",
  "required",
  "enum",
  "pattern",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
] as const;

/** The JSON Schema that says what a CRD's schema says of values. What it says of an object's metadata is left out. */
export function jsonSchemaOf(crd: CrdSchema): JsonSchema {
  const fields = Object.entries(crd.properties ?? {}).filter(([name]) => name !== "metadata");
  return { ...convert({ ...crd, properties: Object.fromEntries(fields) }), type: "object" };
}

function convert(crd: CrdSchema): JsonSchema {
  return {
    ...Object.fromEntries(
      SAME.filter((rule) => crd[rule] !== undefined).map((rule) => [rule, crd[rule]]),
    ),
    ...typeRule(crd),
    ...insideRules(crd),
    ...bounds(crd),
    ...combinations(crd),
    ...(crd["x-kubernetes-embedded-resource"] === true
      ? { required: [...new Set([...(crd.required ?? []), "apiVersion", "kind"])] }
      : {}),
  };
}

function typeRule(crd: CrdSchema): JsonSchema {
  const nullable = crd.nullable === true ? ["null"] : [];
  if (crd["x-kubernetes-int-or-string"] === true)
    return { type: ["integer", "string", ...nullable] };
  if (crd.type === undefined) return {};
  return { type: nullable.length === 0 ? crd.type : [crd.type, ...nullable] };
}

function insideRules({ properties, additionalProperties, items }: CrdSchema): JsonSchema {
  return {
    ...(properties === undefined ? {} : { properties: convertAll(properties) }),
    // Unknown fields have been pruned or are to be preserved: they are no error.
    ...(typeof additionalProperties === "object"
      ? { additionalProperties: convert(additionalProperties) }
      : {}),
    ...(items === undefined ? {} : { items: convert(items) }),
  };
}

/** In OpenAPI 3.0 these two are flags of the bounds; since draft 6 they are bounds themselves. */
function bounds(crd: CrdSchema): JsonSchema {
  const { minimum, maximum } = crd;
  return {
    ...(minimum === undefined
      ? {}
      : { [crd.exclusiveMinimum === true ? "exclusiveMinimum" : "minimum"]: minimum }),
    ...(maximum === undefined
      ? {}
      : { [crd.exclusiveMaximum === true ? "exclusiveMaximum" : "maximum"]: maximum }),
  };
}

function combinations({ allOf, anyOf, oneOf, not }: CrdSchema): JsonSchema {
  return {
    ...(allOf === undefined ? {} : { allOf: allOf.map(convert) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(convert) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map(convert) }),
    ...(not === undefined ? {} : { not: convert(not) }),
  };
}

function convertAll(properties: Readonly<Record<string, CrdSchema>>): JsonSchema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, inner]) => [name, convert(inner)]),
  );
}
