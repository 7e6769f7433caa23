import type { Schema } from "../schemas/schema.ts";

/** What OpenAPI says of a kind that is served: a KindDefinition, and its schema. */
export interface DescribedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Names of subresources, e.g. `status`, `scale`. */
  readonly subresources: readonly string[];
  /** Absent for built-in kinds, whose schema is known; given for those of CRDs. */
  readonly schema?: Schema;
}

/** A JSON object of a document. */
export type Json = Readonly<Record<string, unknown>>;

/** `x-kubernetes-group-version-kind`: by it clients find the definition and the paths of a kind. */
export const KIND_EXTENSION = "x-kubernetes-group-version-kind";

/** The value of that extension; keys in the order in which the real server has them. */
export function kindExtension({ group, version, kind }: DescribedKind): Json {
  return { group, kind, version };
}

/** `api/v1` or `apis/apps/v1`. */
export function groupPath({ group, version }: DescribedKind): string {
  return group === "" ? `api/${version}` : `apis/${group}/${version}`;
}

/** Name of the kind's definition; that of a custom kind begins with its group from right to left. */
export function definitionNameOf(kind: DescribedKind, builtIn: Schema | undefined): string {
  if (kind.schema === undefined && builtIn?.ref !== undefined) return builtIn.ref;
  return [...kind.group.split(".").reverse(), kind.version, kind.kind].join(".");
}
