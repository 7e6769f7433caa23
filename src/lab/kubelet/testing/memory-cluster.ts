import type { Node, Pod } from "kubernetes-types/core/v1";
import {
  type KubeClient,
  KubeError,
  type KubeObject,
  type ObjectName,
  type Patch,
  PODS,
  type Resource,
  type TypedResource,
} from "../../../kube-client/index.ts";
import { systemTime } from "../../../time/index.ts";
import type { PodChange, PodSource } from "../pod-source.ts";

type Loose = Record<string, unknown>;

/** For tests: the part of a cluster that a kubelet sees, in memory, without rules of its own. */
export class MemoryCluster {
  readonly #objects = new Map<string, KubeObject>();
  readonly #listeners = new Set<(change: PodChange) => void>();
  #count = 0;
  /** Every patch of a pod's status so far, in order. */
  readonly statusPatches: { readonly pod: string; readonly phase: string | undefined }[] = [];
  /** Events as `REASON MESSAGE`. */
  readonly events: string[] = [];

  /** The client of a kubelet. Only what kubelets use is there. */
  get client(): KubeClient {
    const unused = async (): Promise<never> => {
      throw new Error("not in this cluster");
    };
    const known = <T extends KubeObject>(resource: TypedResource<T>, ref: ObjectName) =>
      this.#objects.get(keyOf(resource, ref)) as T | undefined;
    const found = <T extends KubeObject>(resource: TypedResource<T>, ref: ObjectName): T => {
      const object = known(resource, ref);
      if (object === undefined) throw notFound(resource, ref);
      return object;
    };
    return {
      time: systemTime,
      namespace: "default",
      get: async (resource, ref) => found(resource, ref),
      tryGet: async (resource, ref) => known(resource, ref),
      list: unused,
      create: async (resource, object) => {
        if (known(resource, nameOf(object)) !== undefined) throw alreadyExists(resource, object);
        return this.put(resource, object);
      },
      replace: unused,
      patch: async (resource, ref, patch) => this.#patch(resource, found(resource, ref), patch),
      delete: async (resource, ref, { uid } = {}) => {
        const object = found(resource, ref);
        if (uid === undefined || uid === object.metadata?.uid) this.#remove(resource, ref);
      },
      post: async (_resource, { name }) => ({ status: { token: `token of ${name}` } }),
      watch: unused,
      request: unused,
      close: () => undefined,
    };
  }

  /** The pods bound to one node. */
  podsOf(nodeName: string): PodSource {
    const ours = (pod: Pod): boolean => pod.spec?.nodeName === nodeName;
    return {
      synced: Promise.resolve(),
      onChange: (listener) => {
        const told = (change: PodChange): void => {
          if (ours(change.pod)) listener(change);
        };
        this.#listeners.add(told);
        for (const pod of this.pods()) told({ type: "added", pod });
        return () => void this.#listeners.delete(told);
      },
      close: () => undefined,
    };
  }

  /** Makes an object, with a uid and whatever else every object has. */
  put<T extends KubeObject>(resource: Resource, object: T): T {
    const uid = object.metadata?.uid ?? `uid-${++this.#count}`;
    const stored: T = { ...object, metadata: { ...object.metadata, uid } };
    if (resource.plural === "events") {
      const { reason = "", message = "" } = object as { reason?: string; message?: string };
      this.events.push(`${reason} ${message}`);
    }
    this.#objects.set(keyOf(resource, nameOf(stored)), stored);
    this.#tell(resource, "added", stored);
    return stored;
  }

  pod(name: string, namespace = "default"): Pod | undefined {
    return this.#objects.get(keyOf(PODS, { name, namespace })) as Pod | undefined;
  }

  pods(): Pod[] {
    return [...this.#objects]
      .filter(([key]) => key.startsWith("pods/"))
      .map(([, pod]) => pod as Pod);
  }

  node(name: string): Node | undefined {
    return this.#objects.get(`nodes//${name}`) as Node | undefined;
  }

  /** What `kubectl delete pod` does. */
  deletePod(name: string, graceSeconds: number): void {
    const pod = this.pod(name);
    if (pod === undefined) return;
    const deletionTimestamp = new Date(systemTime.nowMs() + graceSeconds * 1000).toISOString();
    const metadata = {
      ...pod.metadata,
      deletionTimestamp,
      deletionGracePeriodSeconds: graceSeconds,
    };
    this.#store(PODS, { ...pod, metadata });
  }

  /** Takes a pod away without waiting for its kubelet. */
  removePod(name: string): void {
    this.#remove(PODS, { name, namespace: "default" });
  }

  #patch<T extends KubeObject>(resource: Resource, object: T, { body, subresource }: Patch): T {
    const merged = merge(object as Loose, body as Loose) as T;
    if (resource.plural === "pods" && subresource === "status") {
      const { phase } = (body as Pod).status ?? {};
      this.statusPatches.push({ pod: object.metadata?.name ?? "", phase });
    }
    this.#store(resource, merged);
    return merged;
  }

  #store(resource: Resource, object: KubeObject): void {
    this.#objects.set(keyOf(resource, nameOf(object)), object);
    this.#tell(resource, "updated", object);
  }

  #remove(resource: Resource, ref: ObjectName): void {
    const key = keyOf(resource, ref);
    const object = this.#objects.get(key);
    this.#objects.delete(key);
    if (object !== undefined) this.#tell(resource, "deleted", object);
  }

  #tell(resource: Resource, type: PodChange["type"], object: KubeObject): void {
    if (resource.plural !== "pods") return;
    for (const listener of this.#listeners) listener({ type, pod: object as Pod });
  }
}

function keyOf({ plural }: Resource, { namespace = "", name }: ObjectName): string {
  return `${plural}/${namespace}/${name}`;
}

function nameOf({ metadata }: KubeObject): ObjectName {
  return { namespace: metadata?.namespace, name: metadata?.name ?? "" };
}

function notFound({ plural }: Resource, { name }: ObjectName): KubeError {
  const message = `${plural} "${name}" not found`;
  return new KubeError({ status: 404, reason: "NotFound", message, fix: "" });
}

function alreadyExists({ plural }: Resource, { metadata }: KubeObject): KubeError {
  const message = `${plural} "${metadata?.name ?? ""}" already exists`;
  return new KubeError({ status: 409, reason: "AlreadyExists", message, fix: "" });
}

/** Maps merge, conditions merge by type, a list that begins with `$patch: replace` replaces, and so does any other. */
function merge(old: Loose, patch: Loose): Loose {
  const merged: Loose = { ...old };
  for (const [key, value] of Object.entries(patch)) {
    const before = old[key];
    if (Array.isArray(value)) {
      const items = (value as Loose[]).filter((item) => item["$patch"] === undefined);
      const kept = Array.isArray(before) && key === "conditions" ? (before as Loose[]) : [];
      const others = kept.filter(({ type }) => !items.some((item) => item["type"] === type));
      merged[key] = [...others, ...items];
    } else if (isMap(value)) merged[key] = merge(isMap(before) ? before : {}, value);
    else merged[key] = value;
  }
  return merged;
}

function isMap(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
