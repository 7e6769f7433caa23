import type { KubeObject } from "../kube-object.ts";
import { isSelected, type Selection } from "../objects/selection.ts";
import type { Change } from "../storage/change.ts";

/** One line of a watch, before it is put into words; the object is as stored. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubeObject;
}

/**
 * What a change is to somebody who sees only a selection: an object that begins to match is added, one that ends to match
 * is deleted (shown as it was, with the version of the change). Undefined: it doesn't concern the selection.
 */
export function classify(selection: Selection, change: Change): WatchEvent | undefined {
  const { before, object } = change;
  const was = before !== undefined && isSelected(selection, before);
  if (change.type === "deleted") return was ? { type: "DELETED", object } : undefined;
  const is = isSelected(selection, object);
  if (is) return { type: was ? "MODIFIED" : "ADDED", object };
  return was ? { type: "DELETED", object: departed(change, before) } : undefined;
}

const departures = new WeakMap<Change, KubeObject>();

function departed(change: Change, before: KubeObject): KubeObject {
  const known = departures.get(change);
  if (known !== undefined) return known;
  const metadata = { ...before.metadata, resourceVersion: String(change.version) };
  const object = { ...before, metadata };
  departures.set(change, object);
  return object;
}
