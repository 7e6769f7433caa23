import { resolveSchema } from "./definitions.ts";
import type { ListMerge, Schema } from "./schema.ts";

/** How the list at a path of fields is merged, e.g. `["spec", "containers"]`; undefined when it is replaced. Steps into a list are not part of the path. */
export function listMergeAt(schema: Schema, path: readonly string[]): ListMerge | undefined {
  let here: Schema | undefined = schema;
  for (const field of path) {
    here = here === undefined ? undefined : step(resolveSchema(here), field);
  }
  return here?.listMerge;
}

function step(schema: Schema, field: string): Schema | undefined {
  const inside = schema.items === undefined ? schema : resolveSchema(schema.items);
  return inside.properties?.[field] ?? inside.additionalProperties;
}
