import { definition, schemaOf } from "../schemas/definitions.ts";
import type { Schema } from "../schemas/schema.ts";
import {
  type DescribedKind,
  definitionNameOf,
  type Json,
  kindExtension,
} from "./described-kind.ts";

/** A definition of a document. */
export interface ReachedType {
  readonly name: string;
  readonly schema: Schema;
  /** The kinds that it is the definition of; types within a kind have none. */
  readonly kinds: readonly Json[];
}

/** A kind that the schemas don't know may hold anything. */
const ANY_OBJECT: Schema = { type: "object", preserveUnknown: true };

/** The definitions of these kinds and of all that they reach, sorted by name. */
export function reachedTypes(kinds: readonly DescribedKind[]): readonly ReachedType[] {
  const types = new Map<string, { schema: Schema; kinds: Json[] }>();
  for (const kind of kinds) {
    const builtIn = schemaOf(kind);
    const name = definitionNameOf(kind, builtIn);
    const schema =
      kind.schema ?? (builtIn?.ref === undefined ? ANY_OBJECT : definition(builtIn.ref));
    const known = types.get(name);
    if (known === undefined) types.set(name, { schema, kinds: [kindExtension(kind)] });
    else known.kinds.push(kindExtension(kind));
  }
  const waiting = [...types.values()].flatMap(({ schema }) => refsIn(schema));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (types.has(next)) continue;
    const schema = definition(next);
    types.set(next, { schema, kinds: [] });
    waiting.push(...refsIn(schema));
  }
  return [...types]
    .map(([name, type]) => ({ name, ...type }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function refsIn(schema: Schema): readonly string[] {
  const inside = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(schema.additionalProperties === undefined ? [] : [schema.additionalProperties]),
  ];
  return [...(schema.ref === undefined ? [] : [schema.ref]), ...inside.flatMap(refsIn)];
}
