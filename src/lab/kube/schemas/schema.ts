/** How the items of a list are told apart when two versions of it are merged. */
export interface ListMerge {
  /**
   * `keys`: items are objects and match when these fields are equal. `set`: items are plain values and each is there
   * once. A list without either is replaced as a whole.
   */
  readonly kind: "keys" | "set";
  /** The fields of server-side apply's key, e.g. `["containerPort", "protocol"]`; empty for a set. */
  readonly keys: readonly string[];
  /** The one field of strategic merge patch's key, e.g. `containerPort`; absent for a set, and where it replaces. */
  readonly patchKey?: string;
}

/**
 * What a value may be: the part of OpenAPI 3.0 that Kubernetes uses. A schema with `ref` says nothing else than where
 * the rest is (`resolveSchema`) and, maybe, a description for this place.
 */
export interface Schema {
  /** Name of a definition, e.g. `io.k8s.api.core.v1.PodSpec`. */
  readonly ref?: string;
  readonly description?: string;
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  /** `int32`, `int64`, `date-time`, `byte`, `int-or-string`, `quantity`, `double` … */
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** Schema of the values of a map. */
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly listMerge?: ListMerge;
  /** The map is one of alternatives: a patch with `$retainKeys` empties what it does not name. */
  readonly retainKeys?: boolean;
  /** The object or list is owned as a whole by who applies it. */
  readonly atomic?: boolean;
  /** Fields that the schema does not know are kept (`x-kubernetes-preserve-unknown-fields`). */
  readonly preserveUnknown?: boolean;
  /** The value is a whole Kubernetes object (`x-kubernetes-embedded-resource`). */
  readonly embedded?: boolean;
  readonly nullable?: boolean;
}

/** A kind of one version of one API group; the core group is `""`. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}
