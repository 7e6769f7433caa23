import type { KindDefinition } from "../kinds/kind-definition.ts";
import { shown } from "../server/cluster.ts";
import { type Format, formatKey, formatOne } from "../server/format.ts";
import type { WatchEvent } from "./classify.ts";

// Enough that all watchers of a burst get the same bytes, little enough that nobody minds.
const MOST_BYTES = 32 * 2 ** 20;

/** Puts events into words for watchers: once for each format, however many watch. */
export class Frames {
  readonly #nowMs: () => number;
  #frames = new Map<WatchEvent["object"], Map<string, Buffer>>();
  #bytes = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The line of an event, for watchers of a kind in a format. */
  frame(kind: KindDefinition, { type, object }: WatchEvent, format: Format): Buffer {
    const key = `${type} ${kind.group}/${kind.version} ${formatKey(format)}`;
    let ofObject = this.#frames.get(object);
    const known = ofObject?.get(key);
    if (known !== undefined) return known;
    const made = this.#make(kind, { type, object }, { format, withColumns: false });
    if (this.#bytes > MOST_BYTES) {
      this.#frames = new Map();
      this.#bytes = 0;
      ofObject = undefined;
    }
    if (ofObject === undefined) this.#frames.set(object, (ofObject = new Map<string, Buffer>()));
    ofObject.set(key, made);
    this.#bytes += made.length;
    return made;
  }

  /** The same for the first line of a watch, which names the columns of a Table. */
  firstFrame(kind: KindDefinition, event: WatchEvent, format: Format): Buffer {
    if (format.kind !== "table") return this.frame(kind, event, format);
    return this.#make(kind, event, { format, withColumns: true });
  }

  #make(
    kind: KindDefinition,
    { type, object }: WatchEvent,
    { format, withColumns }: { readonly format: Format; readonly withColumns: boolean },
  ): Buffer {
    const nowMs = this.#nowMs();
    const text = formatOne(kind, shown(kind, object), { format, nowMs, withColumns });
    return Buffer.from(`{"type":"${type}","object":${text}}\n`);
  }
}

/** A bookmark: the version up to which a watcher has seen everything. `initialEnd`: the initial events end here. */
export function bookmarkFrame(
  kind: KindDefinition,
  format: Format,
  { version, initialEnd }: { readonly version: number; readonly initialEnd: boolean },
): Buffer {
  const metadata = {
    resourceVersion: String(version),
    ...(initialEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
  };
  return Buffer.from(`{"type":"BOOKMARK","object":${bookmarkText(kind, format, metadata)}}\n`);
}

function bookmarkText(kind: KindDefinition, format: Format, metadata: object): string {
  switch (format.kind) {
    case "object": {
      const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
      return JSON.stringify({ kind: kind.kind, apiVersion, metadata });
    }
    case "partial": {
      const apiVersion = `meta.k8s.io/${format.version}`;
      return JSON.stringify({ kind: "PartialObjectMetadata", apiVersion, metadata });
    }
    case "table": {
      const apiVersion = `meta.k8s.io/${format.version}`;
      return JSON.stringify({
        kind: "Table",
        apiVersion,
        metadata,
        columnDefinitions: [],
        rows: [],
      });
    }
  }
}
