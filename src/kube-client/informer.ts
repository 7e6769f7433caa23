import type { KubeClient, Selection } from "./kube-client.ts";
import type { InformerChange } from "./informer-change.ts";
import { follow } from "./follow.ts";
import { newObjectStore } from "./object-store.ts";
import type { KubeObject, ObjectName, TypedResource } from "./resource.ts";

/** A copy of a selection of objects that follows the server's. Treat the objects as immutable. */
export interface Informer<T extends KubeObject> {
  /**
   * Resolves when it holds what the server had when it was asked first, or when it is closed before. Never rejects;
   * failures go to `onError`.
   */
  readonly synced: Promise<void>;
  get(ref: ObjectName): T | undefined;
  list(): readonly T[];
  /**
   * Tells `listener` of every object there is, at once, then of every change, in the server's order and once. A
   * listener must not throw: that would be a bug, and ends the process as any uncaught exception does. Returns how to
   * stop listening.
   */
  onChange(listener: (change: InformerChange<T>) => void): () => void;
  /** Ends the watch; nothing is told after it. */
  close(): void;
}

/** Which objects, and who hears of failures. */
export interface InformerOptions extends Selection {
  /** Told of every failed list or watch; the informer tries again by itself. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Opens informers whose copy is shared: one watch and one copy of the objects, however many follow them. */
export interface SharedInformers {
  open<T extends KubeObject>(resource: TypedResource<T>, options?: InformerOptions): Informer<T>;
}

/** A client whose informers are shared with those of other clients of the process. */
export interface SharingClient extends KubeClient {
  readonly informers: SharedInformers;
}

/** Lists and watches a resource until it is closed; by a copy shared with others if the client is a {@link SharingClient}. */
export function openInformer<T extends KubeObject>(
  client: KubeClient | SharingClient,
  resource: TypedResource<T>,
  options: InformerOptions = {},
): Informer<T> {
  if ("informers" in client) return client.informers.open(resource, options);
  const { onError, ...selection } = options;
  const store = newObjectStore<T>();
  const closing = new AbortController();
  const synced = Promise.withResolvers<undefined>();
  closing.signal.addEventListener("abort", () => synced.resolve(undefined), { once: true });

  void follow({
    client,
    resource,
    selection,
    store,
    signal: closing.signal,
    onSynced: () => synced.resolve(undefined),
    onError: (error) => onError?.(error),
  });

  return {
    synced: synced.promise,
    get: (ref) => store.get(ref),
    list: () => store.list(),
    onChange: (listener) => store.onChange(listener),
    close: () => {
      closing.abort();
      store.close();
    },
  };
}
