import type { KubeObject } from "../kube-object.ts";
import { fieldOf } from "../schemas/list-merge.ts";
import type { Schema } from "../schemas/schema.ts";
import {
  getField,
  goText,
  isList,
  isMap,
  type JsonMap,
  jsonTypeWord,
  setField,
} from "./json-value.ts";
import { asResult, badRequest, internal, type PatchResult, unprocessable } from "./patch-result.ts";
import { mergeLists } from "./strategic-lists.ts";
import {
  DELETE_FROM_LIST,
  type ListPatch,
  PATCH,
  RETAIN_KEYS,
  SET_ORDER,
} from "./strategic-directives.ts";

/**
 * Kubernetes' strategic merge patch: like a merge patch, but lists with a merge key are merged item by item, and the
 * directives `$patch`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…` and `$retainKeys` are obeyed and not stored.
 * Only for built-in kinds: the server answers 415 for those of CRDs before it comes here.
 */
export function strategicMergePatch(
  schema: Schema,
  original: KubeObject,
  patch: unknown,
): PatchResult {
  return asResult(() => {
    if (!isMap(patch)) {
      throw badRequest(
        `error decoding patch: json: cannot unmarshal ${jsonTypeWord(patch)} into Go value of type map[string]interface {}`,
      );
    }
    return mergeMaps(schema, original, patch) as KubeObject;
  });
}

/** Merges a patch into a map; `schema` is undefined where nothing is known of it. */
function mergeMaps(schema: Schema | undefined, original: JsonMap, patch: JsonMap): JsonMap {
  const directive = getField(patch, PATCH);
  if (directive === "replace") return plainMap(schema, patch);
  if (directive === "delete") return {};
  if (directive !== undefined && directive !== "merge") {
    throw internal(`unknown patch type: ${goText(directive)} in map: ${goText(patch)}`);
  }
  const merged: Record<string, unknown> = { ...retained(original, patch) };
  for (const field of patchedFields(patch)) {
    const inner = schema === undefined ? undefined : fieldOf(schema, field);
    const list = listPatch(patch, field);
    const value = getField(patch, field);
    if (value === null) Reflect.deleteProperty(merged, field);
    else if (list !== undefined) mergeListField(merged, { field, schema: inner, list });
    else setField(merged, field, mergeValues(inner, getField(merged, field), value));
  }
  return merged;
}

/** The names of the fields that the patch changes, each once, also those it names only in a directive. */
function patchedFields(patch: JsonMap): ReadonlySet<string> {
  const fields = Object.keys(patch).filter((key) => key !== PATCH && key !== RETAIN_KEYS);
  return new Set(
    fields.map((key) => {
      const prefix = [SET_ORDER, DELETE_FROM_LIST].find((it) => key.startsWith(it));
      return prefix === undefined ? key : key.slice(prefix.length);
    }),
  );
}

function mergeValues(schema: Schema | undefined, original: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  return mergeMaps(schema, isMap(original) ? original : {}, patch);
}

/** What the patch says of a list field; undefined when the field is no list in it. */
function listPatch(patch: JsonMap, field: string): ListPatch | undefined {
  const items = getField(patch, field);
  const order = getField(patch, `${SET_ORDER}${field}`);
  const deleted = getField(patch, `${DELETE_FROM_LIST}${field}`);
  if (order !== undefined && !isList(order)) {
    throw badRequest("invalid patch format of setElementOrder list");
  }
  if (deleted !== undefined && !isList(deleted)) {
    throw badRequest("invalid patch format of primitive list");
  }
  if (items !== undefined && items !== null && !isList(items)) return undefined;
  if (!isList(items) && order === undefined && deleted === undefined) return undefined;
  return { items: items ?? undefined, order, deleted: deleted ?? [] };
}

function mergeListField(
  merged: Record<string, unknown>,
  at: { field: string; schema: Schema | undefined; list: ListPatch },
): void {
  const before = getField(merged, at.field);
  const original = isList(before) ? before : undefined;
  // Nothing to order and nothing to add: the list stays absent.
  if (original === undefined && at.list.items === undefined) return;
  const items = at.schema?.items;
  setField(
    merged,
    at.field,
    mergeLists(at.schema, original ?? [], {
      patch: at.list,
      mergeItems: (own, change) => mergeMaps(items, own, change),
    }),
  );
}

/** The patch's own map, with nothing of the original: its nulls and directives have done their work. */
function plainMap(schema: Schema | undefined, patch: JsonMap): JsonMap {
  const rest = Object.entries(patch).filter(([field]) => field !== PATCH);
  return mergeMaps(schema, {}, Object.fromEntries(rest));
}

/** The original without the fields that `$retainKeys` doesn't name. */
function retained(original: JsonMap, patch: JsonMap): JsonMap {
  const keys = getField(patch, RETAIN_KEYS);
  if (keys === undefined) return original;
  if (!isList(keys)) throw badRequest("invalid patch format of retainKeys");
  const foreign = [...patchedFields(patch)].find(
    (field) => getField(patch, field) !== null && !keys.includes(field),
  );
  if (foreign !== undefined) throw unprocessable("patch content doesn't match retainKeys list");
  return Object.fromEntries(Object.entries(original).filter(([field]) => keys.includes(field)));
}
