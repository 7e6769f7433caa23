import { invariant } from "../../../base/index.ts";
import type { GroupVersionKind, Schema } from "./schema.ts";

const DEFINITIONS: Readonly<Record<string, Schema>> = {};
const KINDS: Readonly<Record<string, string>> = {};

/** The schema of a built-in kind, or undefined when the server has none of that kind; kinds of CRDs have theirs in `crds/`. */
export function schemaOf({ group, version, kind }: GroupVersionKind): Schema | undefined {
  const name = KINDS[`${group}/${version}/${kind}`];
  return name === undefined ? undefined : DEFINITIONS[name];
}

/** The schema itself, or the definition it points to. */
export function resolveSchema(schema: Schema): Schema {
  if (schema.ref === undefined) return schema;
  const definition = DEFINITIONS[schema.ref];
  invariant(definition !== undefined, `no definition ${schema.ref}`);
  return definition;
}
