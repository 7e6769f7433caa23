import type { ListMerge, Schema } from "../schemas/schema.ts";
import type { CrdSchema } from "./crd-spec.ts";

/** What is copied as it is into OpenAPI, where clients may read it. */
const RULES = [
  "enum",
  "pattern",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
] as const;

/** The server's schema of a custom kind: that of the CRD, and what every object has. */
export function customSchema(crd: CrdSchema): Schema {
  const schema = convert(crd);
  return {
    ...schema,
    // Its name is not needed: only the metadata is read by a decoder that knows types.
    goType: "",
    properties: {
      ...schema.properties,
      apiVersion: { type: "string", description: "Group and version of this kind." },
      kind: { type: "string", description: "The kind of this object." },
      metadata: {
        ref: "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta",
        description: "Standard object's metadata.",
      },
    },
  };
}

function convert(crd: CrdSchema): Schema {
  const rules = Object.fromEntries(
    RULES.filter((rule) => crd[rule] !== undefined).map((rule) => [rule, crd[rule]]),
  );
  return {
    ...typeOf(crd),
    ...insideOf(crd),
    ...flagsOf(crd),
    ...(crd.description === undefined ? {} : { description: crd.description }),
    ...(crd.default === undefined ? {} : { default: crd.default }),
    ...(crd.required === undefined ? {} : { required: crd.required }),
    ...(Object.keys(rules).length === 0 ? {} : { rules }),
  };
}

function typeOf(crd: CrdSchema): Schema {
  if (crd["x-kubernetes-int-or-string"] === true) return { format: "int-or-string" };
  const type = crd.type as NonNullable<Schema["type"]> | undefined;
  return {
    ...(type === undefined ? {} : { type }),
    ...(crd.format === undefined ? {} : { format: crd.format }),
  };
}

function insideOf(crd: CrdSchema): Schema {
  const { properties, additionalProperties, items } = crd;
  const merge = listMerge(crd);
  const values = additionalProperties === true ? ANYTHING : additionalProperties;
  return {
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, inner]) => [name, convert(inner)]),
          ),
        }),
    ...(values === undefined || values === false ? {} : { additionalProperties: convert(values) }),
    ...(items === undefined ? {} : { items: convert(items) }),
    ...(merge === undefined ? {} : { listMerge: merge }),
  };
}

const ANYTHING: CrdSchema = { "x-kubernetes-preserve-unknown-fields": true };

function flagsOf(crd: CrdSchema): Schema {
  return {
    ...(crd.nullable === true ? { nullable: true } : {}),
    ...(crd["x-kubernetes-preserve-unknown-fields"] === true ? { preserveUnknown: true } : {}),
    ...(crd["x-kubernetes-embedded-resource"] === true ? { embedded: true } : {}),
    ...(crd["x-kubernetes-map-type"] === "atomic" ? { atomic: true } : {}),
  };
}

function listMerge(crd: CrdSchema): ListMerge | undefined {
  const type = crd["x-kubernetes-list-type"];
  if (type === "set") return { kind: "set", keys: [] };
  if (type !== "map") return undefined;
  return { kind: "keys", keys: crd["x-kubernetes-list-map-keys"] ?? [] };
}
