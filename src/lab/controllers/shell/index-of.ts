import type { Informer, KubeObject } from "../../../kube-client/index.ts";
import { uidOf } from "../objects/meta.ts";

/** The objects of an informer by something they have in common. */
export interface Index<T> {
  /** Those with the key, in the order in which they came. */
  get(key: string): readonly T[];
}

/** Keeps the objects of an informer by a key; those whose key is undefined are left out. */
export function indexOf<T extends KubeObject>(
  informer: Informer<T>,
  keyOf: (object: T) => string | undefined,
): Index<T> {
  const byKey = new Map<string, Map<string, T>>();

  function remove(object: T, key: string | undefined): void {
    if (key === undefined) return;
    const group = byKey.get(key);
    group?.delete(uidOf(object));
    if (group?.size === 0) byKey.delete(key);
  }

  informer.onChange(({ type, object, old }) => {
    const key = type === "deleted" ? undefined : keyOf(object);
    const oldKey = keyOf(old ?? object);
    if (type !== "added" && oldKey !== key) remove(old ?? object, oldKey);
    if (key === undefined) return;
    const group = byKey.get(key) ?? new Map<string, T>();
    byKey.set(key, group);
    group.set(uidOf(object), object);
  });

  return { get: (key) => [...(byKey.get(key)?.values() ?? [])] };
}
