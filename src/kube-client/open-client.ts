import { invariant } from "../base/index.ts";
import { systemTime } from "../time/index.ts";
import type { Time } from "../time/index.ts";
import { answerError } from "./answer-error.ts";
import type { KubeAccess } from "./kube-access.ts";
import type { KubeClient, KubeList, Patch, RawAnswer, RawRequest } from "./kube-client.ts";
import { isNotFound } from "./kube-error.ts";
import { apiVersionOf, resourcePath } from "./resource.ts";
import type { KubeObject, ObjectName, Resource } from "./resource.ts";
import { openTransport } from "./transport.ts";
import type { Transport } from "./transport.ts";
import { readWatch } from "./watch-stream.ts";

/** How a client presents itself. */
export interface KubeClientOptions {
  /** `berth-agent/0.1.0`. */
  readonly userAgent: string;
  /** Of its waits between tries; time-outs of requests are real time. Default: the system's. */
  readonly time?: Time | undefined;
  /** Whose changes these are; default: the user agent up to the slash. */
  readonly fieldManager?: string | undefined;
  /** How long one request may take; default 30 s. */
  readonly requestTimeoutMs?: number | undefined;
}

// client-go repeats a request that is told to come back later ten times.
const ATTEMPTS = 10;
const REQUEST_TIMEOUT_MS = 30_000;
// A server bookmarks a quiet watch about once a minute, and ends it after `timeoutSeconds`.
const WATCH_SILENCE_MS = 30_000;
const WATCH_TIMEOUT_SECONDS = 300;

/** A client that keeps its connections open. Connects only when asked something. */
export function openKubeClient(access: KubeAccess, options: KubeClientOptions): KubeClient {
  const time = options.time ?? systemTime;
  const transport = openTransport(access, {
    userAgent: options.userAgent,
    requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
  });
  const connection: Connection = {
    access,
    transport,
    send: (request) => sendPatiently(transport, time, request),
    fieldManager: options.fieldManager ?? options.userAgent.replace(/\/.*/s, ""),
    locate: (ref) => ({ ...ref, namespace: ref.namespace ?? access.namespace }),
  };
  return {
    time,
    namespace: access.namespace,
    ...readers(connection),
    ...writers(connection),
    watch: watchWith(connection),
    request: (request) => transport.send(request),
    close: () => transport.close(),
  };
}

interface Connection {
  readonly access: KubeAccess;
  readonly transport: Transport;
  /** Sends and parses; undefined if there is no body. */
  readonly send: (request: RawRequest) => Promise<unknown>;
  readonly fieldManager: string;
  readonly locate: (ref: ObjectName) => Required<ObjectName>;
}

async function sendPatiently(
  transport: Transport,
  time: Time,
  request: RawRequest,
): Promise<unknown> {
  for (let count = 1; ; count++) {
    const answer = await transport.send(request);
    if (answer.status >= 200 && answer.status < 300)
      return answer.body.length === 0 ? undefined : (JSON.parse(answer.body.toString()) as unknown);
    const seconds = retryAfterSeconds(answer);
    if (seconds === undefined || count >= ATTEMPTS)
      throw answerError(`${request.method} ${request.path}`, answer.status, answer.body);
    await time.sleep(seconds * 1000, { holds: true });
  }
}

function retryAfterSeconds({ status, headers }: RawAnswer): number | undefined {
  const header = headers["retry-after"];
  if ((status !== 429 && status < 500) || typeof header !== "string") return undefined;
  return /^\d+$/.test(header) ? Number(header) : undefined;
}

type Readers = Pick<KubeClient, "get" | "tryGet" | "list">;

function readers({ send, locate }: Connection): Readers {
  const get: KubeClient["get"] = async <T>(resource: Resource, ref: ObjectName) =>
    (await send({ method: "GET", path: resourcePath(resource, locate(ref)) })) as T;
  return {
    get,
    tryGet: (resource, ref) =>
      get(resource, ref).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      }),
    async list<T extends KubeObject>(
      resource: Resource,
      options: Parameters<KubeClient["list"]>[1] = {},
    ): Promise<KubeList<T>> {
      const { namespace, continueToken, ...query } = options;
      const answer = (await send({
        method: "GET",
        path: resourcePath(resource, { namespace }),
        query: { ...query, continue: continueToken },
      })) as { items: T[] | null; metadata: { resourceVersion?: string; continue?: string } };
      const identity = { apiVersion: apiVersionOf(resource), kind: resource.kind };
      return {
        items: (answer.items ?? []).map((item) => ({ ...identity, ...item })),
        resourceVersion: answer.metadata.resourceVersion ?? "",
        continueToken: answer.metadata.continue === "" ? undefined : answer.metadata.continue,
      };
    },
  };
}

const PATCH_TYPES: Readonly<Record<Patch["type"], string>> = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
  apply: "application/apply-patch+yaml",
};

type Writers = Pick<KubeClient, "create" | "replace" | "patch" | "delete" | "post">;

function writers({ send, locate, access, fieldManager }: Connection): Writers {
  const identify = <T extends KubeObject>(resource: Resource, object: T): T => ({
    ...object,
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
  });
  return {
    async create<T extends KubeObject>(
      resource: Resource,
      object: T,
      options: { readonly namespace?: string } = {},
    ): Promise<T> {
      const namespace = options.namespace ?? object.metadata?.namespace ?? access.namespace;
      const path = resourcePath(resource, { namespace });
      const body = identify(resource, object);
      return (await send({ method: "POST", path, query: { fieldManager }, body })) as T;
    },
    async replace<T extends KubeObject>(
      resource: Resource,
      object: T,
      { subresource }: { readonly subresource?: "status" | "scale" } = {},
    ): Promise<T> {
      const name = object.metadata?.name;
      invariant(name !== undefined, "an object that is replaced has a name");
      const ref = locate({ name, namespace: object.metadata?.namespace });
      const path = resourcePath(resource, { ...ref, subresource });
      const body = subresource === "scale" ? object : identify(resource, object);
      return (await send({ method: "PUT", path, query: { fieldManager }, body })) as T;
    },
    async patch<T>(resource: Resource, ref: ObjectName, patch: Patch): Promise<T> {
      return (await send({
        method: "PATCH",
        path: resourcePath(resource, { ...locate(ref), subresource: patch.subresource }),
        query: { fieldManager, force: patch.force },
        headers: { "content-type": PATCH_TYPES[patch.type] },
        body: JSON.stringify(patch.body),
      })) as T;
    },
    async delete(resource, ref, { uid, resourceVersion, ...options } = {}) {
      const preconditions = { uid, resourceVersion };
      const conditional = uid !== undefined || resourceVersion !== undefined;
      await send({
        method: "DELETE",
        path: resourcePath(resource, locate(ref)),
        body: {
          apiVersion: "v1",
          kind: "DeleteOptions",
          ...options,
          ...(conditional ? { preconditions } : {}),
        },
      });
    },
    post(resource, target, body) {
      const path = resourcePath(resource, { ...locate(target), subresource: target.subresource });
      return send({ method: "POST", path, query: { fieldManager }, body });
    },
  };
}

function watchWith({ access, transport }: Connection): KubeClient["watch"] {
  return async (resource, options, onEvent) => {
    const { namespace, signal = new AbortController().signal, ...query } = options;
    const ended = (): boolean => signal.aborted;
    const timeoutSeconds = options.timeoutSeconds ?? WATCH_TIMEOUT_SECONDS;
    const path = resourcePath(resource, { namespace });
    const request = {
      method: "GET",
      path,
      query: {
        ...query,
        timeoutSeconds,
        watch: true,
        allowWatchBookmarks: true,
        resourceVersionMatch: options.sendInitialEvents === true ? "NotOlderThan" : undefined,
      },
    };
    if (ended()) return;
    try {
      const head = await transport.open(request, signal);
      const silenceMs = timeoutSeconds * 1000 + WATCH_SILENCE_MS;
      const reading = { address: access.server, what: `WATCH ${path}`, signal, silenceMs };
      await readWatch(head, reading, onEvent);
    } catch (error) {
      // Whoever ends a watch does not want to hear that it broke off.
      if (!ended()) throw error;
    }
  };
}
