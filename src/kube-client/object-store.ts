import type { InformerChange } from "./informer-change.ts";
import type { KubeObject, ObjectName } from "./resource.ts";

/** The objects an informer holds, and who is told when they change. */
export interface ObjectStore<T extends KubeObject> {
  get(ref: ObjectName): T | undefined;
  list(): readonly T[];
  onChange(listener: (change: InformerChange<T>) => void): () => void;
  /** The object is this now. The version it has already is no change. */
  put(object: T): void;
  /** The object is gone; `object` is its last state. */
  remove(object: T): void;
  /** These are all objects there are. What differs is told: first what is gone, then the rest in their order. */
  replace(objects: Iterable<T>): void;
  /** Nobody is told anything any more. */
  close(): void;
}

/** `namespace/name`, or `/name`. */
export function keyOf({
  name,
  namespace = "",
}: {
  name?: string;
  namespace?: string | undefined;
}): string {
  return `${namespace}/${name ?? ""}`;
}

/** An empty store. */
export function newObjectStore<T extends KubeObject>(): ObjectStore<T> {
  const objects = new Map<string, T>();
  const listeners = new Set<(change: InformerChange<T>) => void>();
  let listed: readonly T[] | undefined;

  function tell(change: InformerChange<T>): void {
    listed = undefined;
    // A copy: one who begins to listen now is told of the present state, this change in it.
    for (const listener of [...listeners]) if (listeners.has(listener)) call(listener, change);
  }

  function put(object: T): void {
    const key = keyOf(object.metadata ?? {});
    const old = objects.get(key);
    if (old !== undefined && old.metadata?.uid !== object.metadata?.uid) remove(old);
    else if (old !== undefined) {
      if (old.metadata?.resourceVersion === object.metadata?.resourceVersion) return;
      objects.set(key, object);
      tell({ type: "updated", object, old });
      return;
    }
    objects.set(key, object);
    tell({ type: "added", object });
  }

  function remove(object: T): void {
    const key = keyOf(object.metadata ?? {});
    const old = objects.get(key);
    if (old === undefined) return;
    objects.delete(key);
    tell({ type: "deleted", object, old });
  }

  return {
    get: (ref) => objects.get(keyOf(ref)),
    list: () => (listed ??= [...objects.values()]),
    onChange(listener) {
      const one = (change: InformerChange<T>): void => listener(change);
      for (const object of [...objects.values()]) call(one, { type: "added", object });
      listeners.add(one);
      return () => void listeners.delete(one);
    },
    put,
    remove,
    replace(present) {
      const fresh = [...present];
      const keys = new Set(fresh.map((object) => keyOf(object.metadata ?? {})));
      for (const [key, old] of [...objects]) if (!keys.has(key)) remove(old);
      for (const object of fresh) put(object);
    },
    close: () => listeners.clear(),
  };
}

function call<C>(listener: (change: C) => void, change: C): void {
  try {
    listener(change);
  } catch (error) {
    // The other listeners must still hear of the change, or their view would be wrong for ever.
    queueMicrotask(() => {
      throw error;
    });
  }
}
