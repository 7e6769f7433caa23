import { resolveSchema } from "../schemas/definitions.ts";
import type { Schema } from "../schemas/schema.ts";
import { getField, goText, isList, isMap, type JsonMap } from "./json-value.ts";
import { orderItems } from "./list-order.ts";
import { badRequest, internal, unprocessable } from "./patch-result.ts";
import { type ListPatch, PATCH } from "./strategic-directives.ts";

/** Merges one item, a map, with its change. */
type MergeItems = (original: JsonMap, patch: JsonMap) => JsonMap;

/** Merges a patch into a list, by what the schema says of the list: as a set, by a key, or by replacing it. */
export function mergeLists(
  schema: Schema | undefined,
  original: readonly unknown[],
  change: { readonly patch: ListPatch; readonly mergeItems: MergeItems },
): readonly unknown[] {
  const { patch, mergeItems } = change;
  const merge = schema === undefined ? undefined : resolveSchema(schema).listMerge;
  if (merge?.kind === "set") return mergeSets(original, patch);
  const key = merge?.patchKey;
  if (key === undefined) return replaceList(original, patch, mergeItems);
  return mergeByKey(original, { key, patch, mergeItems });
}

function mergeSets(original: readonly unknown[], patch: ListPatch): readonly unknown[] {
  const kept = original.filter((item) => !patch.deleted.includes(item));
  const items = [...new Set([...kept, ...(patch.items ?? [])])];
  const order = { live: original.map(goText), identity: goText };
  const merged = orderItems(items, { ...order, wanted: (patch.items ?? []).map(goText) });
  if (patch.order === undefined) return merged;
  return orderItems(merged, { ...order, wanted: patch.order.map(goText) });
}

/** A list without a merge key: what the patch has replaces it, save for directives within. */
function replaceList(
  original: readonly unknown[],
  patch: ListPatch,
  mergeItems: MergeItems,
): readonly unknown[] {
  if (patch.items === undefined) return original.filter((item) => !patch.deleted.includes(item));
  return plainItems(patch.items, mergeItems);
}

/** Items of a patch as they are stored: their directives and nulls are gone. */
function plainItems(items: readonly unknown[], mergeItems: MergeItems): readonly unknown[] {
  return items
    .filter((item) => !isMap(item) || getField(item, PATCH) === undefined)
    .map((item) => (isMap(item) ? mergeItems({}, item) : item));
}

interface KeyedChange {
  readonly key: string;
  readonly patch: ListPatch;
  readonly mergeItems: MergeItems;
}

function mergeByKey(original: readonly unknown[], change: KeyedChange): readonly unknown[] {
  const { key, patch, mergeItems } = change;
  const patchItems = (patch.items ?? []).map(mapOrFail);
  if (patchItems.some((item) => isReplacement(item, key)))
    return plainItems(patchItems, mergeItems);
  const identity = (item: unknown): string => identityOf(mapOrFail(item), key);
  const isChange = (item: JsonMap): boolean => getField(item, PATCH) !== "delete";
  const gone = new Set(patchItems.filter((item) => !isChange(item)).map(identity));
  const merged: JsonMap[] = original
    .map(mapOrFail)
    .filter((item) => !gone.has(identityIfAny(item, key)));
  const changes = patchItems.filter(isChange);
  for (const item of changes) mergeItem(merged, item, change);
  const live = original.map((item) => identityIfAny(mapOrFail(item), key));
  const order = { live, identity: (item: JsonMap): string => identityIfAny(item, key) };
  const inPatchOrder = orderItems(merged, { ...order, wanted: changes.map(identity) });
  if (patch.order === undefined) return inPatchOrder;
  const wanted = patch.order.map(identity);
  checkOrder(changes.map(identity), wanted);
  return orderItems(inPatchOrder, { ...order, wanted });
}

function mergeItem(merged: JsonMap[], item: JsonMap, { key, mergeItems }: KeyedChange): void {
  const directive = getField(item, PATCH);
  if (directive !== undefined && directive !== "merge") {
    throw internal(`unknown patch type: ${goText(directive)} in map: ${goText(item)}`);
  }
  const identity = identityOf(item, key);
  const at = merged.findIndex((own) => identityIfAny(own, key) === identity);
  const own = merged[at];
  if (own === undefined) merged.push(mergeItems({}, item));
  else merged[at] = mergeItems(own, item);
}

/** `{"$patch": "replace"}` among the items: the others are the new list. */
function isReplacement(item: JsonMap, key: string): boolean {
  return getField(item, PATCH) === "replace" && getField(item, key) === undefined;
}

/** The items of the patch have to stand in the order that the patch wants for the list. */
function checkOrder(patched: readonly string[], wanted: readonly string[]): void {
  const places = patched.map((identity) => wanted.indexOf(identity));
  const inOrder = places.every((place, index) => place !== -1 && place >= (places[index - 1] ?? 0));
  if (inOrder) return;
  throw internal(
    `The order in patch list:\n[${patched.join(" ")}]\n doesn't match $setElementOrder list:\n[${wanted.join(" ")}]\n`,
  );
}

function mapOrFail(item: unknown): JsonMap {
  if (isMap(item)) return item;
  if (isList(item)) throw unprocessable("lists of lists are not supported");
  throw badRequest("invalid JSON document");
}

function identityOf(item: JsonMap, key: string): string {
  const value = getField(item, key);
  if (value === undefined || value === null) {
    throw internal(`map: ${goText(item)} does not contain declared merge key: ${key}`);
  }
  return goText(value);
}

/** Stored items may lack the key: then nothing matches them. */
function identityIfAny(item: JsonMap, key: string): string {
  const value = getField(item, key);
  return value === undefined || value === null ? "\0" : goText(value);
}
