import { resolveSchema } from "./definitions.ts";
import { fieldOf } from "./list-merge.ts";
import type { Schema } from "./schema.ts";

/** Paths of the fields that the schema does not know, e.g. `spec.template.spec.containers[0].imagee`, in the order of the document. */
export function unknownFields(schema: Schema, object: unknown): readonly string[] {
  const found: string[] = [];
  walk(schema, object, { path: "", found });
  return found;
}

/** The object without the fields that the schema does not know; the very same object when there are none. */
export function dropUnknown<T>(schema: Schema, object: T): T {
  const found: string[] = [];
  const kept = walk(schema, object, { path: "", found });
  return found.length === 0 ? object : (kept as T);
}

interface Walk {
  readonly path: string;
  readonly found: string[];
}

/** Returns the value without unknown fields and adds their paths to `found`. */
function walk(schema: Schema, value: unknown, at: Walk): unknown {
  const own = resolveSchema(schema);
  if (Array.isArray(value)) {
    const { items } = own;
    if (items === undefined) return value;
    return value.map((item, index) => walk(items, item, { ...at, path: `${at.path}[${index}]` }));
  }
  if (typeof value !== "object" || value === null || own.type !== "object") return value;
  const kept: Record<string, unknown> = {};
  for (const [field, inner] of Object.entries(value)) {
    const path = at.path === "" ? field : `${at.path}.${field}`;
    const known = fieldOf(own, field) ?? (own.embedded === true ? EMBEDDED[field] : undefined);
    if (known !== undefined) kept[field] = walk(known, inner, { ...at, path });
    else if (own.preserveUnknown === true) kept[field] = inner;
    else at.found.push(path);
  }
  return kept;
}

/** What every object has, whether a schema that embeds objects says so or not. */
const EMBEDDED: Readonly<Record<string, Schema>> = {
  apiVersion: { type: "string" },
  kind: { type: "string" },
  metadata: { ref: "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" },
};
