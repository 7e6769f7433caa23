import type { KubeObject, ObjectKey } from "../kube-object.ts";
import type { Change } from "./change.ts";
import type { History } from "./history.ts";
import { forgetText } from "./json-text.ts";
import { keyOf, lowerBound, tableKey } from "./table-key.ts";

/** The objects of one resource, whatever version they are asked for in. Written by the `ObjectStore` only. */
export class ObjectTable {
  /** For example `pods` or `apps/deployments`. */
  readonly resource: string;
  readonly history: History;
  readonly #objects = new Map<string, KubeObject>();
  readonly #listeners = new Set<(change: Change) => void>();
  #sortedKeys: string[] | undefined = [];
  #sorted: readonly KubeObject[] | undefined = [];

  constructor(resource: string, history: History) {
    this.resource = resource;
    this.history = history;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: ObjectKey): KubeObject | undefined {
    return this.#objects.get(tableKey(key));
  }

  /** The objects there are now, of one namespace or all, sorted by namespace and name. */
  list(namespace?: string): readonly KubeObject[] {
    const keys = (this.#sortedKeys ??= [...this.#objects.keys()].sort());
    const sorted = (this.#sorted ??= keys.flatMap((key) => this.#objects.get(key) ?? []));
    if (namespace === undefined) return sorted;
    // "0" follows "/" in Unicode, so every key of the namespace is before it.
    return sorted.slice(lowerBound(keys, `${namespace}/`), lowerBound(keys, `${namespace}0`));
  }

  /** Calls back within each write; returns a function that ends this. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes over what a snapshot holds; no change, nobody is told. */
  load(object: KubeObject): void {
    this.#objects.set(keyOf(object), object);
    this.#sortedKeys = undefined;
    this.#sorted = undefined;
  }

  /** Puts a change into effect, remembers it and tells the listeners. */
  apply(change: Change): void {
    const key = keyOf(change.object);
    if (change.type === "deleted") this.#objects.delete(key);
    else this.#objects.set(key, change.object);
    if (change.type !== "modified") this.#sortedKeys = undefined;
    this.#sorted = undefined;
    this.history.add(change);
    for (const listener of this.#listeners) listener(change);
    if (change.before !== undefined) forgetText(change.before);
  }
}
