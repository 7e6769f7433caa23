import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isRecord } from "./json.ts";

type Fields = Record<string, unknown>;
type Answer = readonly [status: number, content: unknown];
type Watcher = (path: string, type: string, object: Fields) => void;

/** For the tests of this room: a Kubernetes API over HTTP with as much as an agent asks of it. Paths name objects. */
export interface TinyKube {
  readonly url: string;
  /** What was asked, in order: `PATCH /api/v1/…`. */
  readonly asked: readonly string[];
  readonly objects: TinyObjects;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1. */
export async function startTinyKube(): Promise<TinyKube> {
  const objects = new TinyObjects();
  const asked: string[] = [];

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://tiny");
    const method = request.method ?? "";
    asked.push(`${method} ${pathname}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || "{}");
    response.setHeader("content-type", "application/json");
    if (searchParams.get("watch") === "true") {
      watch(objects, pathname, response);
      return;
    }
    const [status, content] = objects.answer(method, pathname, isRecord(body) ? body : {});
    response.statusCode = status;
    response.end(JSON.stringify(content));
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    objects,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function watch(objects: TinyObjects, path: string, response: ServerResponse): void {
  response.flushHeaders();
  const write = (type: string, object: unknown): void =>
    void response.write(`${JSON.stringify({ type, object })}\n`);
  const stop = objects.follow((candidate, type, object) => {
    if (candidate.startsWith(`${path}/`)) write(type, object);
  });
  const annotations = { "k8s.io/initial-events-end": "true" };
  write("BOOKMARK", { metadata: { resourceVersion: objects.version, annotations } });
  response.once("close", stop);
}

/** Paths of lists, as far as an agent asks for them. */
const LISTS = /\/nodes$/;

/** The objects of a {@link TinyKube}, by path. */
export class TinyObjects {
  readonly #objects = new Map<string, Fields>();
  readonly #watchers = new Set<Watcher>();
  readonly #conflicts = new Set<string>();
  #version = 1;

  get version(): string {
    return String(this.#version);
  }

  get(path: string): Fields | undefined {
    return this.#objects.get(path);
  }

  get events(): Fields[] {
    return [...this.#objects].flatMap(([path, object]) =>
      path.includes("/events/") ? [object] : [],
    );
  }

  put(path: string, fields: Fields): Fields {
    const old = this.#objects.get(path);
    const name = path.slice(path.lastIndexOf("/") + 1);
    this.#version++;
    const given = isRecord(fields["metadata"]) ? fields["metadata"] : {};
    const metadata = { ...given, name, uid: `uid-${name}`, resourceVersion: this.version };
    const object = { ...fields, metadata };
    this.#objects.set(path, object);
    this.#tell(path, old === undefined ? "ADDED" : "MODIFIED", object);
    return object;
  }

  remove(path: string): void {
    const old = this.#objects.get(path);
    this.#objects.delete(path);
    if (old !== undefined) this.#tell(path, "DELETED", old);
  }

  /** The next change of this object is refused with a conflict. */
  conflictNext(path: string): void {
    this.#conflicts.add(path);
  }

  /** Tells of all there is, then of every change. */
  follow(watcher: Watcher): () => void {
    for (const [path, object] of this.#objects) watcher(path, "ADDED", object);
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  answer(method: string, path: string, body: Fields): Answer {
    if (method === "POST") {
      const { name = "" } = body["metadata"] as { name?: string };
      return [201, this.put(`${path}/${name}`, body)];
    }
    const at = path.replace(/\/status$/, "");
    const old = this.#objects.get(at);
    if (method === "GET" && LISTS.test(path))
      return [200, { metadata: { resourceVersion: this.version }, items: this.#below(path) }];
    if (old === undefined) return failure(404, "NotFound");
    if (method === "GET") return [200, old];
    if (this.#conflicts.delete(at)) return failure(409, "Conflict");
    return [200, this.put(at, merge(old, body))];
  }

  #below(path: string): Fields[] {
    return [...this.#objects].flatMap(([at, object]) =>
      at.startsWith(`${path}/`) ? [object] : [],
    );
  }

  #tell(path: string, type: string, object: Fields): void {
    for (const watcher of this.#watchers) watcher(path, type, object);
  }
}

/** JSON merge patch, RFC 7396. */
function merge(old: Fields, patch: Fields): Fields {
  const merged = { ...old };
  for (const [key, value] of Object.entries(patch)) {
    const before = merged[key];
    merged[key] = isRecord(value) ? merge(isRecord(before) ? before : {}, value) : value;
  }
  return merged;
}

function failure(code: number, reason: string): Answer {
  const status = { kind: "Status", apiVersion: "v1", status: "Failure", message: reason };
  return [code, { ...status, reason, code }];
}
