import type { KubeObject } from "../kube-object.ts";
import type { Cluster } from "../server/cluster.ts";
import { shown, tableOf } from "../server/cluster.ts";
import { badRequest, expired, tooLargeVersion } from "../server/status-error.ts";
import { keyOf } from "../storage/table-key.ts";
import type { ListOptions } from "./list-options.ts";
import { isSelected, type Selection } from "./selection.ts";

/** A list, or a page of one. */
export interface Page {
  /** As clients see them, sorted by namespace and name. */
  readonly objects: readonly KubeObject[];
  readonly version: number;
  /** Where the next page begins; undefined on the last. */
  readonly continueToken?: string | undefined;
  readonly remaining?: number | undefined;
}

const TOO_OLD =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.";

const LISTS_KEPT = 32;
const KEPT_MS = 300_000;

interface KeptList {
  readonly objects: readonly KubeObject[];
  readonly untilMs: number;
}

/** Lists objects; a list in pages shows one moment, which is kept for five minutes. */
export class Lister {
  readonly #cluster: Cluster;
  readonly #kept = new Map<string, KeptList>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Throws StatusError: 410 for a page of a moment that is forgotten, 504 for one that is yet to come. */
  list(selection: Selection, options: ListOptions): Page {
    if (options.continueToken !== "") return this.#nextPage(selection, options);
    const { store } = this.#cluster;
    const { version } = store;
    if (options.version !== undefined && options.version > version) {
      throw tooLargeVersion(options.version, version);
    }
    // Only this moment and the ones of unfinished lists can be seen again.
    if (options.match === "Exact" && options.version !== version) {
      throw expired(
        `The provided resource version is too old: ${options.version ?? 0} (${version})`,
      );
    }
    const all = tableOf(this.#cluster, selection.kind).list(selection.namespace);
    return this.#page(selection, all, { version, after: "", limit: options.limit });
  }

  #nextPage(selection: Selection, options: ListOptions): Page {
    if (options.version !== undefined && options.version !== 0) {
      throw badRequest("specifying resource version is not allowed when using continue");
    }
    const { version, after } = readToken(options.continueToken);
    const kept = this.#kept.get(keptKey(selection, version));
    if (kept === undefined) throw expired(TOO_OLD);
    return this.#page(selection, kept.objects, { version, after, limit: options.limit });
  }

  #page(
    selection: Selection,
    all: readonly KubeObject[],
    at: { readonly version: number; readonly after: string; readonly limit: number | undefined },
  ): Page {
    const { version, after, limit = Infinity } = at;
    const plain = selection.labels === undefined && selection.fields.length === 0;
    const selected = all.filter(
      (object) => (after === "" || keyOf(object) > after) && isSelected(selection, object),
    );
    const page = selected.length <= limit ? selected : selected.slice(0, limit);
    const objects = page.map((object) => shown(selection.kind, object));
    const last = page.at(-1);
    if (page.length === selected.length || last === undefined) return { objects, version };
    this.#keep(keptKey(selection, version), all);
    return {
      objects,
      version,
      continueToken: makeToken(version, keyOf(last)),
      // As the real server: nobody counts what a selector would leave.
      ...(plain ? { remaining: selected.length - page.length } : {}),
    };
  }

  #keep(key: string, objects: readonly KubeObject[]): void {
    const nowMs = performance.now();
    this.#kept.delete(key);
    this.#kept.set(key, { objects, untilMs: nowMs + KEPT_MS });
    for (const [old, { untilMs }] of this.#kept) {
      if (untilMs < nowMs || this.#kept.size > LISTS_KEPT) this.#kept.delete(old);
    }
  }
}

function keptKey({ kind, namespace }: Selection, version: number): string {
  return `${version} ${kind.group}/${kind.plural} ${namespace ?? ""}`;
}

function makeToken(version: number, after: string): string {
  return Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: version, start: after })).toString(
    "base64url",
  );
}

function readToken(token: string): { version: number; after: string } {
  try {
    const { rv, start } = JSON.parse(Buffer.from(token, "base64url").toString()) as {
      rv?: unknown;
      start?: unknown;
    };
    if (typeof rv === "number" && typeof start === "string") return { version: rv, after: start };
  } catch {
    // Not of our making.
  }
  throw badRequest("continue key is not valid: it is not a token of this server");
}
