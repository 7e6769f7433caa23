import { age } from "../printing/age.ts";
import type { KubeObject } from "../kube-object.ts";
import type { FieldCause } from "./field-error.ts";
import { dropNulls, type Loose } from "./loose.ts";
import type {
  AdmissionContext,
  Column,
  KindDefinition,
  Row,
  ScaleMapping,
  Subresource,
  Verb,
} from "./kind-definition.ts";

type Facts = Pick<KindDefinition, "group" | "version" | "kind" | "plural" | "namespaced">;
type Hooks = "row" | "fieldSelectors" | "defaults" | "prepareCreate" | "prepareUpdate" | "validate";

/** What the file of a kind says; what it leaves out is as for most kinds. */
export interface KindText<T>
  extends Facts, Partial<Omit<KindDefinition, keyof Facts | Hooks | "subresources">> {
  /** Besides `status` and `scale`, which follow from `hasStatus` and `scale`. */
  readonly subresources?: readonly Subresource[];
  readonly fieldSelectors?: Readonly<Record<string, (object: Loose<T>) => string>>;
  readonly row?: (object: Loose<T>, options: { nowMs: number }) => Row;
  readonly defaults?: (object: Loose<T>) => Loose<T>;
  readonly prepareCreate?: (object: Loose<T>, context: AdmissionContext) => Loose<T>;
  readonly prepareUpdate?: (next: Loose<T>, old: Loose<T>, context: AdmissionContext) => Loose<T>;
  readonly validate?: (
    object: Loose<T>,
    old: Loose<T> | undefined,
    context: AdmissionContext,
  ) => readonly FieldCause[];
}

/** The verbs of a kind that can be read, written and watched. */
export const allVerbs: readonly Verb[] = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
];

/** The `Scale` of Deployments, ReplicaSets and the like. */
export const replicasScale: ScaleMapping = {
  specReplicas: ["spec", "replicas"],
  statusReplicas: ["status", "replicas"],
  selector: ["spec", "selector"],
};

/** The column that every kind begins with. */
export const nameColumn: Column = {
  name: "Name",
  type: "string",
  format: "name",
  priority: 0,
  description:
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically.",
};

/** A column that is always shown. */
export function column(name: string, type: Column["type"] = "string"): Column {
  return { name, type, priority: 0 };
}

/** A column that is shown with `-o wide` only. */
export function wideColumn(name: string, type: Column["type"] = "string"): Column {
  return { name, type, priority: 1 };
}

/** Makes a definition of what a kind's file says. */
export function defineKind<T>(text: KindText<T>): KindDefinition {
  const { row, defaults, prepareCreate, prepareUpdate, validate } = text;
  return {
    stored: true,
    listKind: `${text.kind}List`,
    singular: text.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: allVerbs,
    hasStatus: false,
    generation: "none",
    nameRule: "subdomain",
    deletion: { kind: "immediate" },
    columns: [nameColumn, column("Age")],
    ...text,
    subresources: subresourcesOf(text),
    fieldSelectors: (text.fieldSelectors ?? {}) as KindDefinition["fieldSelectors"],
    row: (object, options) =>
      row === undefined ? nameAndAge(object, options.nowMs) : row(read<T>(object), options),
    defaults(object) {
      const given = withoutNulls(object);
      return defaults === undefined ? given : write(defaults(read<T>(given)));
    },
    prepareCreate: (object, context) =>
      prepareCreate === undefined ? object : write(prepareCreate(read<T>(object), context)),
    prepareUpdate: (next, old, context) =>
      prepareUpdate === undefined
        ? next
        : write(prepareUpdate(read<T>(next), read<T>(old), context)),
    validate: (object, old, context) =>
      validate?.(read<T>(object), old === undefined ? undefined : read<T>(old), context) ?? [],
  };
}

// Values of fields that have no nulls. Objects share what a write left as it was, which need not be looked through again.
const nullFree = new WeakSet();

function withoutNulls(object: KubeObject): KubeObject {
  const entries = Object.entries(object).flatMap(([field, value]): [string, unknown][] => {
    if (value === null || value === undefined) return [];
    if (typeof value !== "object" || nullFree.has(value)) return [[field, value]];
    const kept = dropNulls(value);
    nullFree.add(kept);
    return [[field, kept]];
  });
  return Object.fromEntries(entries) as unknown as KubeObject;
}

function nameAndAge(object: KubeObject, nowMs: number): Row {
  return { cells: [object.metadata.name, age(object.metadata.creationTimestamp, nowMs)] };
}

function subresourcesOf<T>(text: KindText<T>): readonly Subresource[] {
  const verbs = ["get", "patch", "update"];
  return [
    ...(text.subresources ?? []),
    ...(text.scale === undefined
      ? []
      : [{ name: "scale", kind: "Scale", group: "autoscaling", version: "v1", verbs }]),
    ...(text.hasStatus === true ? [{ name: "status", kind: text.kind, verbs }] : []),
  ];
}

function read<T>(object: KubeObject): Loose<T> {
  return object as unknown as Loose<T>;
}

function write<T>(object: Loose<T>): KubeObject {
  return object as unknown as KubeObject;
}
