import type { Time } from "../time/index.ts";
import type { KubeObject, ObjectName, TypedResource } from "./resource.ts";

/** Which objects of a resource. */
export interface Selection {
  /** Undefined: all namespaces. */
  readonly namespace?: string | undefined;
  /** `app=web,tier in (a,b)`. */
  readonly labelSelector?: string | undefined;
  /** `spec.nodeName=ip-10-0-1-10.ec2.internal`. */
  readonly fieldSelector?: string | undefined;
}

/** {@link Selection} and how much of it. */
export interface ListOptions extends Selection {
  readonly limit?: number | undefined;
  readonly continueToken?: string | undefined;
  /** `"0"` is content with whatever the server has at hand. */
  readonly resourceVersion?: string | undefined;
}

/** A list as it was at one version. Its items carry `apiVersion` and `kind`, which servers leave out. */
export interface KubeList<T> {
  readonly items: T[];
  readonly resourceVersion: string;
  /** Undefined when this was the last, or only, page. */
  readonly continueToken: string | undefined;
}

/** A change that is not a whole object. `apply` is server-side apply by the client's field manager. */
export interface Patch {
  readonly type: "merge" | "strategic" | "json" | "apply";
  readonly body: unknown;
  readonly subresource?: "status" | "scale" | undefined;
  /** For `apply`: take fields over that others own. */
  readonly force?: boolean | undefined;
}

/** How to delete, and under which condition. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan" | undefined;
  /** Delete only this very object. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

/** One watch. */
export interface WatchOptions extends Selection {
  /** Changes after this version; undefined: from now, with what exists as `ADDED` first. */
  readonly resourceVersion?: string | undefined;
  /** A watch-list: what exists as `ADDED`, then a bookmark annotated `k8s.io/initial-events-end`, then changes. */
  readonly sendInitialEvents?: boolean | undefined;
  /** The server ends the watch after so long. */
  readonly timeoutSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One line of a watch. A bookmark's object has nothing but its version. `ERROR` lines are thrown instead. */
export interface WatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: T;
}

/** A request in HTTP's own words. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
}

/** The answer to a {@link RawRequest}, whatever its status. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A connection to a Kubernetes API server. Every method but `request` rejects with a `KubeError` unless it says else. */
export interface KubeClient {
  /** The clock of its waits. */
  readonly time: Time;
  /** The namespace of its access. */
  readonly namespace: string;
  get<T extends KubeObject>(resource: TypedResource<T>, ref: ObjectName): Promise<T>;
  /** Undefined if there is no such object. */
  tryGet<T extends KubeObject>(resource: TypedResource<T>, ref: ObjectName): Promise<T | undefined>;
  list<T extends KubeObject>(
    resource: TypedResource<T>,
    options?: ListOptions,
  ): Promise<KubeList<T>>;
  /** In the namespace of the options, else of the object, else of the access. */
  create<T extends KubeObject>(
    resource: TypedResource<T>,
    object: T,
    options?: { readonly namespace?: string },
  ): Promise<T>;
  replace<T extends KubeObject>(
    resource: TypedResource<T>,
    object: T,
    options?: { readonly subresource?: "status" | "scale" },
  ): Promise<T>;
  patch<T extends KubeObject>(
    resource: TypedResource<T>,
    ref: ObjectName,
    patch: Patch,
  ): Promise<T>;
  delete<T extends KubeObject>(
    resource: TypedResource<T>,
    ref: ObjectName,
    options?: DeleteOptions,
  ): Promise<void>;
  post<T extends KubeObject>(
    resource: TypedResource<T>,
    target: ObjectName & { readonly subresource: "binding" | "eviction" | "token" },
    body: unknown,
  ): Promise<unknown>;
  /** Calls `onEvent` for every line, in order. Resolves when the server ends the watch or `signal` aborts. */
  watch<T extends KubeObject>(
    resource: TypedResource<T>,
    options: WatchOptions,
    onEvent: (event: WatchEvent<T>) => void,
  ): Promise<void>;
  /** Sent once, with no waiting on 429 or 503. Rejects only if there is no answer. */
  request(request: RawRequest): Promise<RawAnswer>;
  /** Ends what is under way, watches too, and closes the connections. */
  close(): void;
}
