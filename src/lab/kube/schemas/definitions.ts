import { invariant } from "../../../base/index.ts";
import data from "./definitions.json" with { type: "json" };
import type { GroupVersionKind, ListMerge, Schema } from "./schema.ts";
import { SCALAR_TYPES, VALUE_TYPES } from "./value-definitions.ts";

/**
 * A field as the generated data has it. `type` is a word of value-definitions.ts, or a type of the data
 * (`core/v1.PodSpec`), with `[]` before it for a list and `{}` for a map.
 */
interface FieldData {
  readonly type: string;
  readonly tag?: number | string;
  readonly required?: boolean;
  readonly pointer?: boolean;
  readonly go?: string;
  readonly patchKey?: string;
  readonly keys?: readonly string[];
  readonly set?: boolean;
  readonly retainKeys?: boolean;
  readonly atomic?: boolean;
  readonly doc?: string;
}

interface TypeData {
  readonly doc?: string;
  readonly atomic?: boolean;
  readonly fields: Readonly<Record<string, FieldData>>;
}

const KINDS: Readonly<Record<string, string>> = data.kinds;
const TYPES: Readonly<Record<string, TypeData>> = data.types;

/** The package in which Kubernetes' own documents put the types of a group; the others are under `io.k8s.api`. */
const PACKAGES: Readonly<Record<string, string>> = {
  apiextensions: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions",
  meta: "io.k8s.apimachinery.pkg.apis.meta",
};

const sources = new Map<string, string>(
  Object.keys(TYPES).map((name) => [definitionName(name), name]),
);
const made = new Map<string, Schema>(
  Object.values(VALUE_TYPES).map(({ ref, schema }) => [ref, schema]),
);

/** The schema of a built-in kind (a `ref`); undefined when the server has none of that kind. Kinds of CRDs have theirs in `crds/`. */
export function schemaOf({ group, version, kind }: GroupVersionKind): Schema | undefined {
  const name = KINDS[`${group}/${version}/${kind}`];
  return name === undefined ? undefined : { ref: definitionName(name) };
}

/** The schema itself, or the definition it points to. */
export function resolveSchema(schema: Schema): Schema {
  return schema.ref === undefined ? schema : definition(schema.ref);
}

/** The definition of that name, e.g. `io.k8s.api.core.v1.PodSpec`; it is made when it is first asked for. */
export function definition(ref: string): Schema {
  const known = made.get(ref);
  if (known !== undefined) return known;
  const source = sources.get(ref);
  const type = source === undefined ? undefined : TYPES[source];
  invariant(source !== undefined && type !== undefined, `no definition ${ref}`);
  const schema = typeSchema(source, type);
  made.set(ref, schema);
  return schema;
}

function typeSchema(name: string, { doc, atomic, fields }: TypeData): Schema {
  const required = Object.entries(fields).filter(([, field]) => field.required === true);
  return {
    type: "object",
    goType: name.replace(/^.*\//, ""),
    properties: Object.fromEntries(
      Object.entries(fields).map(([field, its]) => [field, fieldSchema(its)]),
    ),
    ...(required.length === 0 ? {} : { required: required.map(([field]) => field) }),
    ...(doc === undefined ? {} : { description: doc }),
    ...(atomic === true ? { atomic } : {}),
  };
}

function fieldSchema(field: FieldData): Schema {
  const merge = listMerge(field);
  return {
    ...wordSchema(field.type),
    ...(field.doc === undefined ? {} : { description: field.doc }),
    ...(field.go === undefined ? {} : { goType: field.go }),
    ...(field.tag === undefined ? {} : { protobufTag: field.tag }),
    ...(field.pointer === true ? { zeroIsValue: true } : {}),
    ...(merge === undefined ? {} : { listMerge: merge }),
    ...(field.retainKeys === true ? { retainKeys: true } : {}),
    ...(field.atomic === true ? { atomic: true } : {}),
  };
}

function wordSchema(word: string): Schema {
  if (word.startsWith("[]")) {
    const items = wordSchema(word.slice(2));
    return { type: "array", items, goType: `[]${goTypeOf(items)}` };
  }
  if (word.startsWith("{}")) {
    const values = wordSchema(word.slice(2));
    return {
      type: "object",
      additionalProperties: values,
      goType: `map[string]${goTypeOf(values)}`,
    };
  }
  const value = VALUE_TYPES[word];
  if (value !== undefined) return { ref: value.ref };
  return SCALAR_TYPES[word] ?? { ref: definitionName(word) };
}

/** Without making the definition, for types may contain themselves. */
function goTypeOf(schema: Schema): string {
  if (schema.ref === undefined) return schema.goType ?? "interface {}";
  return made.get(schema.ref)?.goType ?? schema.ref.split(".").slice(-2).join(".");
}

function listMerge({ patchKey, keys, set }: FieldData): ListMerge | undefined {
  if (set === true) return { kind: "set", keys: [] };
  if (keys === undefined && patchKey === undefined) return undefined;
  return {
    kind: "keys",
    keys: keys ?? (patchKey === undefined ? [] : [patchKey]),
    ...(patchKey === undefined ? {} : { patchKey }),
  };
}

function definitionName(name: string): string {
  const [group = "", rest = ""] = name.split("/");
  return `${PACKAGES[group] ?? `io.k8s.api.${group}`}.${rest}`;
}
