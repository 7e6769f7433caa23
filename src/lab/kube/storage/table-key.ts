import type { KubeObject, ObjectKey } from "../kube-object.ts";

/** Under which key a table holds an object. Sorted by it, objects stand by namespace, then by name, as in etcd. */
export function tableKey({ namespace, name }: ObjectKey): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** {@link tableKey} of a stored object. */
export function keyOf({ metadata }: KubeObject): string {
  return tableKey(metadata);
}

/** The index of the first of the sorted keys that is not before `key`. */
export function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? "") < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
