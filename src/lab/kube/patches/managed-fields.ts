import { timeText } from "../../../time/index.ts";
import type { KubeObject, ManagedFields } from "../kube-object.ts";
import type { Schema } from "../schemas/schema.ts";
import {
  type FieldSet,
  formatFieldsV1,
  intersect,
  isEmpty,
  parseFieldsV1,
  sameFields,
  subtract,
  union,
} from "./field-set.ts";
import { changedFields, fieldsOf } from "./owned-fields.ts";

/** One manager's entry in `metadata.managedFields`, its fields readable. */
export interface Manager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string | undefined;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** Who changed an object otherwise than by apply. */
export interface UpdateOptions {
  /** `fieldManager` of the request, else the first part of its user agent (up to `/`). */
  readonly manager: string;
  /** Now, milliseconds since 1970. */
  readonly timeMs: number;
  readonly subresource?: string;
}

/**
 * Records in `managedFields` that `manager` set every field in which `updated` differs from `original` (all fields when
 * it was just created), and takes them from the others. Optional: without it only appliers are known.
 */
export function recordUpdate(
  schema: Schema,
  original: KubeObject | undefined,
  updated: KubeObject,
  options: UpdateOptions,
): KubeObject {
  const changed = changedFields(schema, original, updated);
  const present = fieldsOf(schema, updated);
  const me = {
    name: options.manager,
    operation: "Update" as const,
    apiVersion: updated.apiVersion,
    subresource: options.subresource,
  };
  const managers = readManagers(original ?? updated);
  const mine = managers.find((manager) => isSame(manager, me));
  const others = managers
    .filter((manager) => manager !== mine)
    .map((manager) => ({
      ...manager,
      fields: intersect(subtract(manager.fields, changed), present),
    }));
  if (isEmpty(changed))
    return withManagers(updated, mine === undefined ? others : [...others, mine]);
  const kept = mine === undefined ? changed : union(intersect(mine.fields, present), changed);
  return withManagers(updated, [
    ...others,
    { ...me, time: timeText(options.timeMs), fields: kept },
  ]);
}

/** The managers of an object. */
export function readManagers(object: KubeObject): readonly Manager[] {
  return (object.metadata.managedFields ?? []).map((entry) => ({
    name: entry.manager,
    operation: entry.operation,
    apiVersion: entry.apiVersion,
    subresource: entry.subresource,
    time: entry.time,
    fields: parseFieldsV1(entry.fieldsV1),
  }));
}

/** The object with these managers, in the real server's order; those without fields are left out. */
export function withManagers(object: KubeObject, managers: readonly Manager[]): KubeObject {
  const entries = managers
    .filter((manager) => !isEmpty(manager.fields))
    .toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
    .map(entryOf);
  const metadata: { managedFields?: readonly ManagedFields[] } & KubeObject["metadata"] = {
    ...object.metadata,
    managedFields: entries,
  };
  if (entries.length === 0) delete metadata.managedFields;
  return { ...object, metadata };
}

/** Whether both entries are of one manager, doing the same thing. */
export function isSame(
  a: Pick<Manager, "name" | "operation" | "subresource">,
  b: Pick<Manager, "name" | "operation" | "subresource">,
): boolean {
  return a.name === b.name && a.operation === b.operation && a.subresource === b.subresource;
}

/** The entry with these fields: it keeps its time when they are the same. */
export function withFields(manager: Manager, fields: FieldSet, timeMs: number): Manager {
  if (manager.time !== undefined && sameFields(manager.fields, fields)) return manager;
  return { ...manager, fields, time: timeText(timeMs) };
}

function sortKey(manager: Manager): string {
  const { operation, time = "", name, apiVersion, subresource = "" } = manager;
  return [operation, time, name, apiVersion, subresource].join("\0");
}

function entryOf(manager: Manager): ManagedFields {
  return {
    manager: manager.name,
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: "FieldsV1",
    fieldsV1: formatFieldsV1(manager.fields),
    ...(manager.subresource === undefined ? {} : { subresource: manager.subresource }),
  };
}
