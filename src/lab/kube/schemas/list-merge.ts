import { resolveSchema } from "./definitions.ts";
import type { ListMerge, Schema } from "./schema.ts";

/**
 * How the list at a path of fields is merged, e.g. `["spec", "containers", "ports"]` (steps into lists are not part of
 * the path); undefined when it is replaced as a whole.
 */
export function listMergeAt(schema: Schema, path: readonly string[]): ListMerge | undefined {
  let here: Schema | undefined = schema;
  for (const field of path) here = here === undefined ? undefined : fieldOf(here, field);
  return here?.listMerge;
}

/** The schema of a field of an object or map, or of the items of a list; undefined when it is unknown. */
export function fieldOf(schema: Schema, field: string): Schema | undefined {
  const own = resolveSchema(schema);
  const inside = own.items === undefined ? own : resolveSchema(own.items);
  const { properties } = inside;
  if (properties !== undefined && Object.hasOwn(properties, field)) return properties[field];
  return inside.additionalProperties;
}
