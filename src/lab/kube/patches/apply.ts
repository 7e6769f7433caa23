import type { KubeObject } from "../kube-object.ts";
import type { Schema } from "../schemas/schema.ts";
import { mergeApplied, removeFields } from "./apply-merge.ts";
import { typedPatchError } from "./apply-types.ts";
import { type FieldSet, intersect, isEmpty, NO_FIELDS, printPaths, subtract } from "./field-set.ts";
import { isMap, jsonEqual } from "./json-value.ts";
import { isSame, type Manager, readManagers, withFields, withManagers } from "./managed-fields.ts";
import { changedFields, fieldsOf } from "./owned-fields.ts";
import {
  type ApplyConflict,
  asResult,
  badRequest,
  internal,
  PatchFailure,
  type PatchResult,
} from "./patch-result.ts";

/** Who applies, and how. */
export interface ApplyOptions {
  /** `fieldManager` of the request; server-side apply has none without it. */
  readonly manager: string;
  /** Take over fields that other managers own, instead of a conflict. */
  readonly force: boolean;
  /** Now, milliseconds since 1970, for `managedFields[].time`. */
  readonly timeMs: number;
  /** Set when a subresource is applied, e.g. `status`. */
  readonly subresource?: string;
}

/**
 * Server-side apply. `original` is undefined when the object doesn't exist: then the result is what was applied. Lists
 * merge by their keys; what the manager applied before and doesn't name now is removed, unless another manager owns it
 * too. `metadata.managedFields` of the result says who applied what. Conflicts arise only with managers recorded
 * there: other appliers, and those of `recordUpdate`.
 */
export function applyPatch(
  schema: Schema,
  original: KubeObject | undefined,
  applied: KubeObject,
  options: ApplyOptions,
): PatchResult {
  return asResult(() => {
    checkApplied(schema, applied);
    const live = original ?? ({} as KubeObject);
    const managers = original === undefined ? [] : readManagers(original);
    const me = {
      name: options.manager,
      operation: "Apply" as const,
      apiVersion: applied.apiVersion,
      subresource: options.subresource,
    };
    const mine = managers.find((manager) => isSame(manager, me));
    const others = managers.filter((manager) => manager !== mine);
    const fields = fieldsOf(schema, applied);
    const merged = mergeApplied(schema, live, applied) as KubeObject;
    const changed = changedFields(schema, live, merged);
    if (!options.force) refuseConflicts(others, changed);
    const kept = others.map((manager) => ({
      ...manager,
      fields: subtract(manager.fields, changed),
    }));
    const remaining = prune(schema, merged, {
      dropped: subtract(mine?.fields ?? NO_FIELDS, fields),
      others: kept,
    });
    // Once more, for what is applied as an empty map or list was taken for emptied by the removal.
    const pruned = mergeApplied(schema, remaining, applied) as KubeObject;
    const entry = withFields(
      { ...me, time: mine?.time, fields: mine?.fields ?? NO_FIELDS },
      fields,
      options.timeMs,
    );
    const result = withManagers(pruned, [...kept, entry]);
    return original !== undefined && jsonEqual(original, result) ? original : result;
  });
}

function checkApplied(schema: Schema, applied: KubeObject): void {
  if (!isMap(applied.metadata)) throw badRequest("metadata must be an object");
  if (applied.metadata.managedFields !== undefined) {
    throw badRequest("metadata.managedFields must be nil");
  }
  const error = typedPatchError(schema, applied);
  if (error === undefined) return;
  const { namespace = "", name } = applied.metadata;
  const kind = `${applied.apiVersion}, Kind=${applied.kind}`;
  throw internal(`failed to create typed patch object (${namespace}/${name}; ${kind}): ${error}`);
}

/** Takes out what the manager no longer applies and nobody else owns. */
function prune(
  schema: Schema,
  merged: KubeObject,
  { dropped, others }: { dropped: FieldSet; others: readonly Manager[] },
): KubeObject {
  const unowned = others.reduce((fields, manager) => withoutOwned(fields, manager.fields), dropped);
  return isEmpty(unowned) ? merged : (removeFields(schema, merged, unowned) as KubeObject);
}

/** An item of a list stays as a whole as long as someone owns anything in it. */
function withoutOwned(dropped: FieldSet, owned: FieldSet): FieldSet {
  const inside = [...dropped.inside].map(
    ([element, part]) =>
      [element, withoutOwned(part, owned.inside.get(element) ?? NO_FIELDS)] as const,
  );
  return {
    self: dropped.self && isEmpty(owned),
    inside: new Map(inside.filter(([, part]) => !isEmpty(part))),
  };
}

function refuseConflicts(others: readonly Manager[], changed: FieldSet): void {
  const conflicts = others
    .toSorted((a, b) => (printManager(a) < printManager(b) ? -1 : 1))
    .map((manager) => ({
      manager: printManager(manager),
      paths: printPaths(intersect(manager.fields, changed)),
    }))
    .filter(({ paths }) => paths.length > 0);
  if (conflicts.length === 0) return;
  const causes: readonly ApplyConflict[] = conflicts.flatMap(({ manager, paths }) =>
    paths.map((field) => ({ message: `conflict with ${manager}`, field })),
  );
  throw new PatchFailure({
    kind: "conflict",
    message: conflictMessage(conflicts, causes),
    conflicts: causes,
  });
}

function conflictMessage(
  conflicts: readonly { manager: string; paths: readonly string[] }[],
  causes: readonly ApplyConflict[],
): string {
  const [only, ...more] = causes;
  if (only !== undefined && more.length === 0) {
    return `Apply failed with 1 conflict: ${only.message}: ${only.field}`;
  }
  const parts = conflicts.map(
    ({ manager, paths }) =>
      `conflicts with ${manager}:\n${paths.map((path) => `- ${path}`).join("\n")}`,
  );
  return `Apply failed with ${causes.length} conflicts: ${parts.join("\n")}`;
}

function printManager(manager: Manager): string {
  const name = JSON.stringify(manager.name);
  const { subresource } = manager;
  const who = subresource === undefined ? name : `${name} with subresource "${subresource}"`;
  if (manager.operation === "Apply") return who;
  const using = `${who} using ${manager.apiVersion}`;
  return manager.time === undefined ? using : `${using} at ${manager.time}`;
}
