import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo, Socket } from "node:net";

interface TinyObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; uid: string; resourceVersion: string };
  [key: string]: unknown;
}

interface Change {
  readonly version: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly collection: string;
  readonly object: TinyObject;
}

/** An answer that is given instead of the one the objects would give. */
export interface SetAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** For tests: a small API server that can be told to be rude. */
export interface TinyServer {
  readonly url: string;
  /** What was asked, in order: `GET /api/v1/pods?watch=true…`. */
  readonly asked: {
    readonly line: string;
    readonly headers: http.IncomingHttpHeaders;
    readonly body: string;
  }[];
  put(collection: string, name: string, fields?: Record<string, unknown>): TinyObject;
  remove(collection: string, name: string): void;
  objects(collection: string): TinyObject[];
  /** The versions of all changes so far. */
  versions(): string[];
  /** Forgets the history of changes, so that old versions are answered with 410. */
  compact(): void;
  /** The answers of the next requests that `matches` the line. */
  answerNext(answer: SetAnswer, matches?: RegExp): void;
  /** How many connections were made so far. */
  connections(): number;
  /** Breaks all connections, in the middle of whatever is being sent. */
  cut(): void;
  close(): Promise<void>;
}

/** How the server behaves. */
export interface TinyServerOptions {
  /** Knows `sendInitialEvents`; otherwise refuses it as older servers do. */
  readonly watchList?: boolean;
  readonly tls?: https.ServerOptions;
  readonly port?: number;
}

/** Listens on 127.0.0.1. A collection is named by its path: `/api/v1/namespaces/default/pods`. */
export async function startTinyServer(options: TinyServerOptions = {}): Promise<TinyServer> {
  const { watchList = true, tls } = options;
  const world = newWorld();
  const asked: TinyServer["asked"] = [];
  const set: { answer: SetAnswer; matches: RegExp }[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;

  async function answer(
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const line = `${request.method ?? ""} ${request.url ?? ""}`;
    const body = await readBody(request);
    asked.push({ line, headers: request.headers, body });
    const at = set.findIndex(({ matches }) => matches.test(line));
    const [instead] = at < 0 ? [] : set.splice(at, 1);
    send(response, instead?.answer ?? answerOf(request, response, body));
  }

  /** Undefined if it is a watch, which has begun to answer. */
  function answerOf(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    body: string,
  ): SetAnswer | undefined {
    const url = new URL(request.url ?? "", "http://tiny");
    if (request.method === "POST") return world.create(url.pathname, body);
    if (request.method === "DELETE") return { status: 200, body: {} };
    if (request.method === "PATCH" || request.method === "PUT")
      return { status: 200, body: JSON.parse(body) as unknown };
    if (url.searchParams.get("watch") !== "true") return world.read(url.pathname);
    if (url.searchParams.get("sendInitialEvents") === "true" && !watchList)
      return status(422, "Invalid");
    return world.watch(url, response);
  }

  const listener = (request: http.IncomingMessage, response: http.ServerResponse): void =>
    void answer(request, response);
  const server =
    tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http${tls === undefined ? "" : "s"}://127.0.0.1:${port}`,
    asked,
    put: world.put,
    remove: world.remove,
    objects: world.objects,
    compact: world.compact,
    versions: world.versions,
    answerNext: (instead, matches = /./) => void set.push({ answer: instead, matches }),
    connections: () => connections,
    cut,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}

const FIRST = 100;

type World = Pick<TinyServer, "put" | "remove" | "objects" | "compact" | "versions"> & {
  create(collection: string, body: string): SetAnswer;
  read(path: string): SetAnswer;
  watch(url: URL, response: http.ServerResponse): SetAnswer | undefined;
};

function newWorld(): World {
  const objects = new Map<string, TinyObject>();
  const watchers = new Set<(change: Change) => void>();
  let changes: Change[] = [];
  let version = FIRST;
  let kept = FIRST;

  function tell(change: Change): void {
    changes.push(change);
    for (const watcher of watchers) watcher(change);
  }

  const inCollection = (collection: string): TinyObject[] =>
    [...objects].filter(([path]) => path.startsWith(`${collection}/`)).map(([, object]) => object);

  const world: World = {
    put(collection, name, fields = {}) {
      const path = `${collection}/${name}`;
      const old = objects.get(path);
      version++;
      const metadata = {
        name,
        namespace: "default",
        uid: old?.metadata.uid ?? `uid-${version}`,
        resourceVersion: String(version),
      };
      const object = { apiVersion: "v1", kind: "Pod", ...fields, metadata };
      objects.set(path, object);
      tell({ version, type: old === undefined ? "ADDED" : "MODIFIED", collection, object });
      return object;
    },
    remove(collection, name) {
      const old = objects.get(`${collection}/${name}`);
      if (old === undefined) return;
      version++;
      objects.delete(`${collection}/${name}`);
      const metadata = { ...old.metadata, resourceVersion: String(version) };
      tell({ version, type: "DELETED", collection, object: { ...old, metadata } });
    },
    objects: inCollection,
    versions: () => range(FIRST + 1, version),
    compact() {
      changes = [];
      kept = version;
    },
    create(collection, body) {
      const { metadata, ...fields } = JSON.parse(body) as TinyObject;
      if (objects.has(`${collection}/${metadata.name}`)) return status(409, "AlreadyExists");
      return { status: 201, body: world.put(collection, metadata.name, fields) };
    },
    read(path) {
      const object = objects.get(path);
      if (object !== undefined) return { status: 200, body: object };
      return path.endsWith("s") ? list(inCollection(path), version) : status(404, "NotFound");
    },
    watch(url, response) {
      const from = url.searchParams.get("resourceVersion");
      if (from !== null && Number(from) < kept) return status(410, "Expired");
      const write = beginWatch(response);
      const watcher = (change: Change): void => {
        if (change.collection === url.pathname) write(change.type, change.object);
      };
      if (from === null) {
        for (const object of inCollection(url.pathname)) write("ADDED", object);
        write("BOOKMARK", endOfInitialEvents(version));
      } else for (const change of changes) if (change.version > Number(from)) watcher(change);
      watchers.add(watcher);
      response.once("close", () => watchers.delete(watcher));
      return undefined;
    },
  };
  return world;
}

function list(objects: TinyObject[], version: number): SetAnswer {
  // As real servers do, without kind and apiVersion.
  const items = objects.map((item) => ({ ...item, apiVersion: undefined, kind: undefined }));
  return { status: 200, body: { metadata: { resourceVersion: String(version) }, items } };
}

function beginWatch(response: http.ServerResponse): (type: string, object: unknown) => void {
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  return (type, object) => void response.write(`${JSON.stringify({ type, object })}\n`);
}

function endOfInitialEvents(version: number): unknown {
  const annotations = { "k8s.io/initial-events-end": "true" };
  const metadata = { resourceVersion: String(version), annotations };
  return { apiVersion: "v1", kind: "Pod", metadata };
}

function status(code: number, reason: string): SetAnswer {
  return {
    status: code,
    body: { kind: "Status", apiVersion: "v1", status: "Failure", message: "said so", reason, code },
  };
}

function send(response: http.ServerResponse, answer: SetAnswer | undefined): void {
  if (answer === undefined) return;
  const { status: code, headers = {}, body } = answer;
  response.writeHead(code, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, at) => String(first + at));
}
