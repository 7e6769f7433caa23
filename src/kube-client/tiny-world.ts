import type * as http from "node:http";

/** An object of a tiny server. */
export interface TinyObject {
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

const FIRST = 100;

/** The objects of a tiny server and the history of their changes. */
export interface World {
  put(collection: string, name: string, fields?: Record<string, unknown>): TinyObject;
  remove(collection: string, name: string): void;
  objects(collection: string): TinyObject[];
  compact(): void;
  versions(): string[];
  create(collection: string, body: string): SetAnswer;
  read(path: string): SetAnswer;
  watch(url: URL, response: http.ServerResponse): SetAnswer | undefined;
}

/** No objects. */
export function newWorld(): World {
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

/** A Status that says no. */
export function status(code: number, reason: string): SetAnswer {
  return {
    status: code,
    body: { kind: "Status", apiVersion: "v1", status: "Failure", message: "said so", reason, code },
  };
}

function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, at) => String(first + at));
}
