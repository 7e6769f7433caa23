import { invariant } from "../../src/base/index.ts";
import type { GoField, GoStruct, GoType } from "./go-structs.ts";
import { ATOMIC_MAPS, ATOMIC_TYPES, LIST_KEYS, SETS } from "./list-facts.ts";
import { SERVED_KINDS } from "./served-kinds.ts";
import { readClientModel, readTypesModel, type TypeName } from "./type-models.ts";

/** A field of the data; src/lab/kube/schemas/definitions.ts explains the words. */
interface FieldData {
  type: string;
  tag?: number | string;
  required?: true;
  pointer?: true;
  go?: string;
  patchKey?: string;
  keys?: readonly string[];
  set?: true;
  retainKeys?: true;
  atomic?: true;
  doc?: string;
}

/** A type of the data. */
interface TypeData {
  doc?: string;
  atomic?: true;
  fields: Readonly<Record<string, FieldData>>;
}

/** The whole of the data file. */
export interface SchemaData {
  readonly kinds: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, TypeData>>;
}

const META = "k8s.io/apimachinery/pkg/apis/meta/v1";
const APIEXTENSIONS = "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1";

/** Structs that are a plain value in JSON. */
const VALUES: Readonly<Record<string, string>> = {
  [`${META}.Duration`]: "duration",
  [`${META}.FieldsV1`]: "fields",
  [`${META}.MicroTime`]: "microTime",
  [`${META}.Time`]: "time",
  [`${APIEXTENSIONS}.JSON`]: "any",
  [`${APIEXTENSIONS}.JSONSchemaPropsOrArray`]: "any",
  [`${APIEXTENSIONS}.JSONSchemaPropsOrBool`]: "any",
  [`${APIEXTENSIONS}.JSONSchemaPropsOrStringArray`]: "any",
  "k8s.io/apimachinery/pkg/api/resource.Quantity": "quantity",
  "k8s.io/apimachinery/pkg/runtime.RawExtension": "object",
  "k8s.io/apimachinery/pkg/util/intstr.IntOrString": "intOrString",
};

/** Descriptions longer than this end with the sentence that passes it. */
const DOC_LENGTH = 160;

/** Makes the data from the structs of a program that links the Kubernetes API, and from the models of two packages. */
export function assembleSchemas(structs: readonly GoStruct[]): SchemaData {
  const byName = new Map(structs.map((it) => [`${it.packagePath}.${it.name}`, it]));
  const kinds: Record<string, string> = {};
  const types = new Map<string, TypeData>();
  const waiting: string[] = [];
  for (const [groupVersion, served] of Object.entries(SERVED_KINDS)) {
    for (const kind of served.kinds) {
      kinds[`${groupVersion}/${kind}`] = shortName(served.package, kind);
      waiting.push(`${served.package}.${kind}`);
    }
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const struct = byName.get(next);
    invariant(struct !== undefined, `the program has no struct ${next}`);
    const name = shortName(struct.packagePath, struct.name);
    if (types.has(name)) continue;
    types.set(
      name,
      describeType(
        flatten(struct, byName),
        { ...splitPackage(struct.packagePath), name: struct.name },
        waiting,
      ),
    );
  }
  return { kinds: sortKeys(kinds), types: sortKeys(Object.fromEntries(types)) };
}

function describeType(fields: readonly GoField[], type: TypeName, waiting: string[]): TypeData {
  const client = readClientModel(type);
  const older = readTypesModel(type);
  const name = `${type.group}/${type.version}.${type.name}`;
  const described: Record<string, FieldData> = {};
  for (const field of fields) {
    const json = jsonName(field);
    if (json === "") continue;
    const texts = [client, older].map((model) => model?.fields.get(json)?.description ?? "");
    const doc = shorten(texts.find((text) => text !== "") ?? "");
    described[json] = {
      type: typeWord(field.type, waiting),
      ...tagOf(field),
      ...(client?.fields.get(json)?.required === true ? { required: true } : {}),
      ...(isPointerToScalar(field.type) ? { pointer: true } : {}),
      ...goWord(field.type),
      ...mergeFacts(`${name}.${json}`, field),
      ...(doc === "" ? {} : { doc }),
    };
  }
  const doc = shorten(client?.description ?? older?.description ?? "");
  return {
    ...(doc === "" ? {} : { doc }),
    ...(ATOMIC_TYPES.includes(name) ? { atomic: true } : {}),
    fields: sortKeys(described),
  };
}

/** The fields in JSON: those of embedded structs are among the struct's own. */
function flatten(struct: GoStruct, byName: ReadonlyMap<string, GoStruct>): readonly GoField[] {
  return struct.fields.flatMap((field) => {
    if (!/json:"[^"]*,inline/.test(field.tag) || field.type.kind !== "struct") return [field];
    const inner = byName.get(structKey(field.type));
    invariant(inner !== undefined, `the program has no struct ${structKey(field.type)}`);
    // A message holds an embedded struct under a number of its own: `1.3` is field 3 inside field 1. TypeMeta has none,
    // for apiVersion and kind stand beside the message.
    const outer = /protobuf:"[a-z]+,(\d+)/.exec(field.tag)?.[1];
    return flatten(inner, byName).map((own) => ({
      ...own,
      tag:
        outer === undefined
          ? own.tag.replace(/protobuf:"[^"]*"/, "")
          : own.tag.replace(/(protobuf:"[a-z]+),/, `$1,${outer}.`),
    }));
  });
}

/** `[]core/v1.Container`, `{}string`, `int32`: see src/lab/kube/schemas/definitions.ts. */
function typeWord(type: GoType, waiting: string[]): string {
  switch (type.kind) {
    case "pointer":
      return typeWord(type.element, waiting);
    case "slice":
      return type.element.kind === "byte" ? "bytes" : `[]${typeWord(type.element, waiting)}`;
    case "map":
      return `{}${typeWord(type.element, waiting)}`;
    case "struct": {
      const key = structKey(type);
      const value = VALUES[key];
      if (value !== undefined) return value;
      waiting.push(key);
      return shortName(type.packagePath, type.text.replace(/^[^.]*\./, ""));
    }
    case "float64":
      return "double";
    case "bool":
    case "int32":
    case "int64":
    case "string":
      return type.kind;
    case "byte":
    case "interface":
    case "other":
      return "any";
  }
}

/** Go's name of a text, map or list that has one of its own: it is in the messages of the decoder. */
function goWord(type: GoType): { go?: string } {
  const inner = type.kind === "pointer" ? type.element : type;
  const named = inner.kind !== "struct" && /^\w+\.\w+$/.test(inner.text);
  return named ? { go: inner.text } : {};
}

/** Of such a field the zero value (0, false, an empty text) is not the same as its absence. */
function isPointerToScalar(type: GoType): boolean {
  return type.kind === "pointer" && !["struct", "slice", "map"].includes(type.element.kind);
}

function tagOf(field: GoField): { tag?: number | string } {
  const number = /protobuf:"[a-z0-9]+,([\d.]+)/.exec(field.tag)?.[1];
  if (number === undefined) return {};
  return { tag: number.includes(".") ? number : Number(number) };
}

function mergeFacts(name: string, field: GoField): Partial<FieldData> {
  const strategies = (/patchStrategy:"([^"]*)"/.exec(field.tag)?.[1] ?? "").split(",");
  const patchKey = /patchMergeKey:"([^"]*)"/.exec(field.tag)?.[1];
  const merges = strategies.includes("merge") && field.type.kind === "slice";
  const keys = LIST_KEYS[name];
  return {
    ...(merges && patchKey !== undefined ? { patchKey } : {}),
    ...(keys === undefined ? {} : { keys }),
    ...((merges && patchKey === undefined) || SETS.includes(name) ? { set: true } : {}),
    ...(strategies.includes("retainKeys") ? { retainKeys: true } : {}),
    ...(ATOMIC_MAPS.includes(name) ? { atomic: true } : {}),
  };
}

function jsonName(field: GoField): string {
  const name = /json:"([^",]*)/.exec(field.tag)?.[1] ?? "";
  return name === "-" ? "" : name;
}

function structKey(type: { readonly packagePath: string; readonly text: string }): string {
  return `${type.packagePath}.${type.text.replace(/^[^.]*\./, "")}`;
}

function shortName(packagePath: string, name: string): string {
  const { group, version } = splitPackage(packagePath);
  return `${group}/${version}.${name}`;
}

function splitPackage(packagePath: string): { group: string; version: string } {
  const [version = "", group = ""] = packagePath.split("/").reverse();
  return { group, version };
}

function shorten(text: string): string {
  const line = text
    .replace(/\s+/g, " ")
    .replace(/\\(["'])/g, "$1")
    .trim();
  if (line.length <= DOC_LENGTH) return line;
  const end = /[.:] (?=[A-Z])/g;
  end.lastIndex = DOC_LENGTH / 2;
  const match = end.exec(line);
  return match === null ? line : line.slice(0, match.index + 1);
}

function sortKeys<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
