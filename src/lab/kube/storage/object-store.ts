import { invariant } from "../../../base/index.ts";
import type { KubeObject, ObjectKey } from "../kube-object.ts";
import type { Change } from "./change.ts";
import { History } from "./history.ts";
import { ObjectTable } from "./object-table.ts";

const HISTORY_LENGTH = 5_000;

/** Which resource; every version of a kind is kept in one table. */
export interface GroupResource {
  readonly group: string;
  readonly plural: string;
}

/**
 * All objects of the cluster, in memory. Writes take effect at once and in one order: each has a version of its own, one
 * more than the last. Whether a write is allowed is the caller's business.
 */
export class ObjectStore {
  readonly #tables = new Map<string, ObjectTable>();
  readonly #listeners = new Set<() => void>();
  #version: number;

  /** `version`: that of a snapshot; changes up to it are not known. */
  constructor(version = 1) {
    this.#version = version;
  }

  /** The version of the last write. */
  get version(): number {
    return this.#version;
  }

  /** The table of a resource; an empty one for a resource that has never been written. */
  table({ group, plural }: GroupResource): ObjectTable {
    return this.tableNamed(group === "" ? plural : `${group}/${plural}`);
  }

  /** {@link table} by `ObjectTable.resource`. */
  tableNamed(resource: string): ObjectTable {
    const known = this.#tables.get(resource);
    if (known !== undefined) return known;
    const table = new ObjectTable(resource, new History(HISTORY_LENGTH, this.#version));
    this.#tables.set(resource, table);
    return table;
  }

  tables(): readonly ObjectTable[] {
    return [...this.#tables.values()];
  }

  /** Stores a new object. Returns it with its version. */
  create(table: ObjectTable, object: KubeObject): KubeObject {
    invariant(
      table.get(object.metadata) === undefined,
      `${table.resource} has that object already`,
    );
    return this.#write(table, { type: "added", object });
  }

  /** Stores an object in place of the one of the same name. Returns it with its version. */
  replace(table: ObjectTable, object: KubeObject): KubeObject {
    const before = table.get(object.metadata);
    invariant(before !== undefined, `${table.resource} has no such object`);
    return this.#write(table, { type: "modified", object, before });
  }

  /** Removes an object. `last` is its last state, if that is not the stored one. Returns it with the version of its end. */
  remove(table: ObjectTable, key: ObjectKey, last?: KubeObject): KubeObject {
    const before = table.get(key);
    invariant(before !== undefined, `${table.resource} has no such object`);
    return this.#write(table, { type: "deleted", object: last ?? before, before });
  }

  /** Calls back after each write; returns a function that ends this. */
  onWrite(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #write(table: ObjectTable, change: Omit<Change, "version">): KubeObject {
    const version = (this.#version += 1);
    const { object } = change;
    const metadata = { ...object.metadata, resourceVersion: String(version) };
    const stamped: KubeObject = { ...object, metadata };
    table.apply({ ...change, object: stamped, version });
    for (const listener of this.#listeners) listener();
    return stamped;
  }
}
