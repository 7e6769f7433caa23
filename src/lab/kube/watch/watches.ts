import { isSelected, type Selection } from "../objects/selection.ts";
import type { ListOptions } from "../objects/list-options.ts";
import type { Cluster } from "../server/cluster.ts";
import { tableOf } from "../server/cluster.ts";
import type { Format } from "../server/format.ts";
import { expired, tooLargeVersion } from "../server/status-error.ts";
import type { ObjectTable } from "../storage/object-table.ts";
import type { ServerResponse } from "node:http";
import { classify, type WatchEvent } from "./classify.ts";
import { Frames } from "./frames.ts";
import { WatchHub } from "./watch-hub.ts";
import { WatchStream } from "./watch-stream.ts";

const BOOKMARK_EVERY_MS = 60_000;
const SHORTEST_DEFAULT_SECONDS = 1_800;

interface Beginning {
  readonly initial: readonly WatchEvent[];
  readonly initialEnd: boolean;
}

/** All watches that are under way. */
export class Watches {
  readonly #cluster: Cluster;
  readonly #hubs = new Map<ObjectTable, WatchHub>();
  readonly #streams = new Set<WatchStream>();
  readonly #frames: Frames;
  readonly #bookmarkTimer: NodeJS.Timeout;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#frames = new Frames(() => cluster.time.nowMs());
    this.#bookmarkTimer = setInterval(() => {
      for (const stream of this.#streams) stream.bookmark(cluster.store.version);
    }, BOOKMARK_EVERY_MS);
    this.#bookmarkTimer.unref();
  }

  /**
   * Sends the changes of a selection until the client goes, its time is over or the server closes. Throws StatusError,
   * before anything is sent, if the changes since the version that was asked for are not known.
   */
  serve(
    response: ServerResponse,
    watch: {
      readonly selection: Selection;
      readonly options: ListOptions;
      readonly format: Format;
    },
  ): void {
    const { selection, options, format } = watch;
    const table = tableOf(this.#cluster, selection.kind);
    const { initial, initialEnd } = this.#beginning(table, selection, options);
    response.writeHead(200, {
      "content-type": "application/json",
      "cache-control": "no-cache, private",
    });
    // A client that waits for the headers would otherwise wait for the first change.
    response.flushHeaders();
    const stream = new WatchStream(response, {
      kind: selection.kind,
      format,
      frames: this.#frames,
      bookmarks: options.bookmarks,
      initial,
      initialEnd,
      version: this.#cluster.store.version,
    });
    const stop = this.#hub(table).add({
      selection,
      onEvent: (event, version) => stream.push(event, version),
    });
    this.#streams.add(stream);
    const end = setTimeout(() => stream.end(this.#cluster.store.version), this.#lengthMs(options));
    response.on("close", () => {
      clearTimeout(end);
      stop();
      this.#streams.delete(stream);
    });
  }

  /** Ends all watches in good order. */
  close(): void {
    clearInterval(this.#bookmarkTimer);
    for (const stream of this.#streams) stream.end(this.#cluster.store.version);
  }

  #beginning(table: ObjectTable, selection: Selection, options: ListOptions): Beginning {
    const { version } = this.#cluster.store;
    const wanted = options.version ?? 0;
    if (wanted > version) throw tooLargeVersion(wanted, version);
    if (options.sendInitialEvents === true) {
      return { initial: present(table, selection), initialEnd: options.bookmarks };
    }
    if (wanted === 0) {
      const skips = options.sendInitialEvents === false;
      return { initial: skips ? [] : present(table, selection), initialEnd: false };
    }
    const changes = table.history.after(wanted);
    if (changes === undefined) {
      throw expired(`too old resource version: ${wanted} (${table.history.forgottenVersion})`);
    }
    const initial = changes.flatMap((change) => classify(selection, change) ?? []);
    return { initial, initialEnd: false };
  }

  #hub(table: ObjectTable): WatchHub {
    const known = this.#hubs.get(table);
    if (known !== undefined) return known;
    const hub = new WatchHub(table);
    this.#hubs.set(table, hub);
    return hub;
  }

  // Without a wish, between half an hour and an hour, so that clients don't all come back at once.
  #lengthMs({ timeoutSeconds }: ListOptions): number {
    const seconds =
      timeoutSeconds ??
      SHORTEST_DEFAULT_SECONDS + this.#cluster.random.below(SHORTEST_DEFAULT_SECONDS);
    return Math.min(seconds * 1_000, 2 ** 31 - 1);
  }
}

function present(table: ObjectTable, selection: Selection): readonly WatchEvent[] {
  return table
    .list(selection.namespace)
    .filter((object) => isSelected(selection, object))
    .map((object) => ({ type: "ADDED", object }));
}
