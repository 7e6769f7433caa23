/** How the items of a list are told apart when two versions of it are merged. */
export interface ListMerge {
  /** `keys`: items are objects and match when these fields are equal. `set`: plain values, each there once. */
  readonly kind: "keys" | "set";
  /** The fields of server-side apply's key, e.g. `["containerPort", "protocol"]`; empty for a set. */
  readonly keys: readonly string[];
  /** The field of strategic merge patch's key, e.g. `containerPort`; absent where such a patch replaces the list. */
  readonly patchKey?: string;
}

/**
 * What a value may be: the part of OpenAPI 3.0 that Kubernetes uses, and what else the server must know of a field. A
 * schema with `ref` says nothing else than where the rest is (`resolveSchema`), and what is special of this place.
 */
export interface Schema {
  /** Name of a definition, e.g. `io.k8s.api.core.v1.PodSpec`. */
  readonly ref?: string;
  readonly description?: string;
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  /** `int32`, `int64`, `double`, `byte`, `date-time`, `int-or-string`, `quantity`. */
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** Schema of the values of a map. */
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly listMerge?: ListMerge;
  /** The map is one of alternatives: `$retainKeys` of a strategic merge patch drops what it does not name. */
  readonly retainKeys?: boolean;
  /** The object or map is owned as a whole by who applies it. */
  readonly atomic?: boolean;
  /** Fields that the schema does not know are kept (`x-kubernetes-preserve-unknown-fields`). */
  readonly preserveUnknown?: boolean;
  /** The value is a whole Kubernetes object (`x-kubernetes-embedded-resource`). */
  readonly embedded?: boolean;
  readonly nullable?: boolean;
  /** The default that a CRD gives. */
  readonly default?: unknown;
  /** Rules for values that OpenAPI shows, e.g. `{ "enum": ["a"] }`; they are checked elsewhere. */
  readonly rules?: Readonly<Record<string, unknown>>;
  /** Name of the type in the server's own language, which the messages of its decoder show, e.g. `v1.Protocol`. */
  readonly goType?: string;
  /** Number of the field in the protobuf message; `1.3` is field 3 of the message in field 1. */
  readonly protobufTag?: number | string;
  /** 0, false or an empty text is a value; without this it is the same as nothing in a protobuf message. */
  readonly zeroIsValue?: boolean;
}

/** A kind of one version of one API group; the core group is `""`. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}
