import {
  type Informer,
  type KubeClient,
  type KubeObject,
  openInformer,
  type Resource,
  type TypedResource,
} from "../../../kube-client/index.ts";

/** The informers of all controllers: one a resource, opened when it is asked for first. */
export interface Informers {
  of<T extends KubeObject>(resource: TypedResource<T>): Informer<T>;
  /** Ends the informer of a resource that is not served any more. */
  drop(resource: Resource): void;
  close(): void;
}

/** Opens no informer by itself. */
export function openInformers(client: KubeClient): Informers {
  const open = new Map<string, Informer<KubeObject>>();
  const keyOf = ({ group, plural }: Resource): string => `${group}/${plural}`;
  return {
    of: <T extends KubeObject>(resource: TypedResource<T>): Informer<T> => {
      const key = keyOf(resource);
      const informer = open.get(key) ?? openInformer<KubeObject>(client, resource);
      open.set(key, informer);
      return informer as Informer<T>;
    },
    drop: (resource) => {
      open.get(keyOf(resource))?.close();
      open.delete(keyOf(resource));
    },
    close: () => {
      for (const informer of open.values()) informer.close();
      open.clear();
    },
  };
}
