import type { Schema } from "./schema.ts";

/** Paths of the fields that the schema does not know, e.g. `spec.template.spec.containers[0].imagee`, in the order of the document. */
export function unknownFields(schema: Schema, object: unknown): readonly string[] {
  void schema;
  void object;
  return [];
}

/** The object without the fields that the schema does not know; the same object when there are none. */
export function dropUnknown<T>(schema: Schema, object: T): T {
  void schema;
  return object;
}
