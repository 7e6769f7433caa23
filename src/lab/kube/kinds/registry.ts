import type { KindDefinition } from "./kind-definition.ts";

/** The kinds a server serves: the built-in ones, and those that come and go with their CRDs. */
export interface KindRegistry {
  /** Every served kind and version, sorted by group, version and plural. */
  all(): readonly KindDefinition[];
  byResource(ref: { group: string; version: string; plural: string }): KindDefinition | undefined;
  byKind(ref: { group: string; version: string; kind: string }): KindDefinition | undefined;
  /** The kind that stores the objects of `group` and `plural`, whatever the version. */
  storing(ref: { group: string; plural: string }): KindDefinition | undefined;
  /** Adds kinds, or replaces those of the same group, version and plural. */
  put(kinds: readonly KindDefinition[]): void;
  /** Removes every version of a resource. */
  remove(ref: { group: string; plural: string }): void;
  /** Calls back after each `put` and `remove`; returns a function that ends this. */
  onChange(listener: () => void): () => void;
}

/** A registry that begins with `kinds`. */
export function newKindRegistry(kinds: readonly KindDefinition[]): KindRegistry {
  let sorted: readonly KindDefinition[] = [];
  let byResource = new Map<string, KindDefinition>();
  let byKind = new Map<string, KindDefinition>();
  let storing = new Map<string, KindDefinition>();
  const listeners = new Set<() => void>();

  function set(next: readonly KindDefinition[]): void {
    sorted = next.toSorted((a, b) => compare(resourceKey(a), resourceKey(b)));
    byResource = new Map(sorted.map((kind) => [resourceKey(kind), kind]));
    byKind = new Map(sorted.map((kind) => [kindKey(kind), kind]));
    storing = new Map(
      sorted
        .filter((kind) => kind.viewOf === undefined)
        .map((kind) => [`${kind.group}/${kind.plural}`, kind]),
    );
    for (const listener of listeners) listener();
  }
  set(kinds);

  return {
    all: () => sorted,
    byResource: (ref) => byResource.get(resourceKey(ref)),
    byKind: (ref) => byKind.get(kindKey(ref)),
    storing: (ref) => storing.get(`${ref.group}/${ref.plural}`),
    put(added) {
      const keys = new Set(added.map(resourceKey));
      set([...sorted.filter((kind) => !keys.has(resourceKey(kind))), ...added]);
    },
    remove(ref) {
      set(sorted.filter((kind) => kind.group !== ref.group || kind.plural !== ref.plural));
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function resourceKey(ref: { group: string; version: string; plural: string }): string {
  return `${ref.group}/${ref.version}/${ref.plural}`;
}

function kindKey(ref: { group: string; version: string; kind: string }): string {
  return `${ref.group}/${ref.version}/${ref.kind}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
