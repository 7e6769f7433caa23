import type { Schema } from "../schemas/schema.ts";
import type { Json } from "./described-kind.ts";

/** The two versions of OpenAPI that clients ask for: 2.0 and 3.0. */
export type Style = "v2" | "v3";

/** A schema as a document of that version has it. */
export function schemaJson(schema: Schema, style: Style): Json {
  const description = schema.description === undefined ? {} : { description: schema.description };
  const extensions = extensionsOf(schema);
  if (schema.ref !== undefined) {
    return {
      ...description,
      ...reference(schema.ref, style, { ...description, ...extensions }),
      ...extensions,
    };
  }
  // kubectl 1.20 refuses fields beside those that it knows, so a definition that keeps unknown ones names none.
  const isOpen = style === "v2" && schema.preserveUnknown === true;
  return {
    ...description,
    ...typeOf(schema, style),
    ...(isOpen ? {} : insideOf(schema, style)),
    ...(schema.required === undefined || isOpen ? {} : { required: schema.required }),
    ...(schema.nullable === true && style === "v3" ? { nullable: true } : {}),
    ...(schema.default === undefined || style === "v2" ? {} : { default: schema.default }),
    ...(style === "v3" ? schema.rules : {}),
    ...extensions,
  };
}

/** In 3.0 nothing may stand beside a reference, so there it is wrapped when something does. */
function reference(ref: string, style: Style, beside: Json): Json {
  if (style === "v2") return { $ref: `#/definitions/${ref}` };
  const pointer = { $ref: `#/components/schemas/${ref}` };
  return Object.keys(beside).length === 0 ? pointer : { allOf: [pointer] };
}

function typeOf({ type, format, preserveUnknown }: Schema, style: Style): Json {
  if (format === "quantity") return eitherType(["string", "number"], style);
  if (format === "int-or-string") return { format, ...eitherType(["integer", "string"], style) };
  if (style === "v2" && preserveUnknown === true) return type === undefined ? {} : { type };
  return {
    ...(type === undefined ? {} : { type }),
    ...(format === undefined ? {} : { format }),
  };
}

/** 2.0 can't say that a value has one of two types; the real server then says that it is a text. */
function eitherType(types: readonly string[], style: Style): Json {
  return style === "v2" ? { type: "string" } : { oneOf: types.map((type) => ({ type })) };
}

function insideOf({ properties, additionalProperties, items }: Schema, style: Style): Json {
  return {
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, inner]) => [name, schemaJson(inner, style)]),
          ),
        }),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: schemaJson(additionalProperties, style) }),
    ...(items === undefined ? {} : { items: schemaJson(items, style) }),
  };
}

function extensionsOf(schema: Schema): Json {
  const { listMerge, retainKeys, atomic } = schema;
  const strategies = [
    ...(listMerge?.patchKey !== undefined || listMerge?.kind === "set" ? ["merge"] : []),
    ...(retainKeys === true ? ["retainKeys"] : []),
  ];
  return {
    ...(schema.preserveUnknown === true ? { "x-kubernetes-preserve-unknown-fields": true } : {}),
    ...(schema.embedded === true ? { "x-kubernetes-embedded-resource": true } : {}),
    ...(listMerge?.kind === "keys"
      ? { "x-kubernetes-list-map-keys": listMerge.keys, "x-kubernetes-list-type": "map" }
      : {}),
    ...(listMerge?.kind === "set" ? { "x-kubernetes-list-type": "set" } : {}),
    ...(atomic === true && schema.type === "object" ? { "x-kubernetes-map-type": "atomic" } : {}),
    ...(listMerge?.patchKey === undefined
      ? {}
      : { "x-kubernetes-patch-merge-key": listMerge.patchKey }),
    ...(strategies.length === 0 ? {} : { "x-kubernetes-patch-strategy": strategies.join(",") }),
  };
}
