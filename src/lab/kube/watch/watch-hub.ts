import type { KubeObject } from "../kube-object.ts";
import type { Selection } from "../objects/selection.ts";
import { shown } from "../server/cluster.ts";
import type { Change } from "../storage/change.ts";
import type { ObjectTable } from "../storage/object-table.ts";
import { classify, type WatchEvent } from "./classify.ts";

/** Somebody who follows a selection of one table's objects. */
export interface Watcher {
  readonly selection: Selection;
  /** Told within the write. */
  onEvent(event: WatchEvent, version: number): void;
}

/**
 * Tells the watchers of a table of each change. Watchers that ask for one value of a field (pods of a node, one object by
 * name) are found by that value: hundreds of kubelets cost no more than one.
 */
export class WatchHub {
  readonly #general = new Set<Watcher>();
  readonly #routes = new Map<string, Route>();

  constructor(table: ObjectTable) {
    table.onChange((change) => this.#tell(change));
  }

  /** Begins to tell a watcher; returns a function that ends this. */
  add(watcher: Watcher): () => void {
    const term = watcher.selection.fields.find(({ equal }) => equal);
    if (term === undefined) {
      this.#general.add(watcher);
      return () => this.#general.delete(watcher);
    }
    const { group, version } = watcher.selection.kind;
    const key = `${group}/${version} ${term.field}`;
    let route = this.#routes.get(key);
    if (route === undefined) {
      route = new Route((object) => term.read(shown(watcher.selection.kind, object)));
      this.#routes.set(key, route);
    }
    return route.add(term.value, watcher);
  }

  #tell(change: Change): void {
    for (const watcher of this.#general) tellOne(watcher, change);
    for (const route of this.#routes.values()) {
      for (const watcher of route.concerned(change)) tellOne(watcher, change);
    }
  }
}

/** The watchers that ask for a certain value of one field. */
class Route {
  readonly #read: (stored: KubeObject) => string;
  readonly #watchers = new Map<string, Set<Watcher>>();

  constructor(read: (stored: KubeObject) => string) {
    this.#read = read;
  }

  add(value: string, watcher: Watcher): () => void {
    const watchers = this.#watchers.get(value) ?? new Set<Watcher>();
    this.#watchers.set(value, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0) this.#watchers.delete(value);
    };
  }

  concerned({ object, before }: Change): readonly Watcher[] {
    if (this.#watchers.size === 0) return [];
    const value = this.#read(object);
    const old = before === undefined ? value : this.#read(before);
    const now = [...(this.#watchers.get(value) ?? [])];
    return old === value ? now : [...now, ...(this.#watchers.get(old) ?? [])];
  }
}

function tellOne(watcher: Watcher, change: Change): void {
  const event = classify(watcher.selection, change);
  if (event !== undefined) watcher.onEvent(event, change.version);
}
