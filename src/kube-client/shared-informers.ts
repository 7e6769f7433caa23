import { openInformer } from "./informer.ts";
import type { Informer, InformerOptions, SharedInformers } from "./informer.ts";
import type { KubeClient } from "./kube-client.ts";
import type { KubeObject, TypedResource } from "./resource.ts";

/** One copy of a selection, and who uses it. */
interface Shared {
  readonly informer: Informer<KubeObject>;
  readonly users: Set<(error: unknown) => void>;
}

/**
 * Informers for several clients of one process. Those of the same resource and selection follow one copy, which `client`
 * keeps up to date as long as one of them is open: thousands of objects are sent, parsed and held once. `client` must stay
 * open as long as they are, and its access must be allowed all that theirs is.
 */
export function openSharedInformers(client: KubeClient): SharedInformers {
  const copies = new Map<string, Shared>();

  function copyOf(
    resource: TypedResource<KubeObject>,
    key: string,
    options: InformerOptions,
  ): Shared {
    const known = copies.get(key);
    if (known !== undefined) return known;
    const users = new Set<(error: unknown) => void>();
    const onError = (error: unknown): void => {
      for (const tell of users) tell(error);
    };
    const copy = { users, informer: openInformer(client, resource, { ...options, onError }) };
    copies.set(key, copy);
    return copy;
  }

  return {
    open<T extends KubeObject>(resource: TypedResource<T>, options: InformerOptions = {}) {
      const key = keyOf(resource, options);
      const copy = copyOf(resource, key, options);
      const tellError = (error: unknown): void => options.onError?.(error);
      copy.users.add(tellError);
      return useOf(copy.informer as Informer<T>, () => {
        copy.users.delete(tellError);
        if (copy.users.size > 0) return;
        copies.delete(key);
        copy.informer.close();
      });
    },
  };
}

function keyOf(
  { group, version, plural }: TypedResource<KubeObject>,
  { namespace, labelSelector, fieldSelector }: InformerOptions,
): string {
  return JSON.stringify([group, version, plural, namespace, labelSelector, fieldSelector]);
}

/** An informer that can be closed without those of others. */
function useOf<T extends KubeObject>(informer: Informer<T>, release: () => void): Informer<T> {
  const closed = Promise.withResolvers<undefined>();
  const stops = new Set<() => void>();
  let open = true;
  return {
    synced: Promise.race([informer.synced, closed.promise]),
    get: (ref) => informer.get(ref),
    list: () => informer.list(),
    onChange(listener) {
      if (!open) return () => undefined;
      const stop = informer.onChange(listener);
      stops.add(stop);
      return () => {
        stops.delete(stop);
        stop();
      };
    },
    close() {
      if (!open) return;
      open = false;
      for (const stop of stops) stop();
      stops.clear();
      closed.resolve(undefined);
      release();
    },
  };
}
