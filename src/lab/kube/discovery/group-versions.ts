import type { KindDefinition } from "../kinds/kind-definition.ts";

/** The kinds of one group, by version; the preferred version first. */
export interface ServedGroup {
  readonly group: string;
  readonly versions: readonly ServedVersion[];
}

/** The kinds of one version of a group, sorted by plural. */
export interface ServedVersion {
  readonly version: string;
  readonly kinds: readonly KindDefinition[];
}

/** The groups of some kinds, sorted by name; versions by maturity, the newest first. */
export function servedGroups(kinds: readonly KindDefinition[]): readonly ServedGroup[] {
  const groups = Map.groupBy(kinds, ({ group }) => group);
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, members]) => ({
      group,
      versions: [...Map.groupBy(members, ({ version }) => version)]
        .toSorted(([a], [b]) => compareVersions(a, b))
        .map(([version, list]) => ({
          version,
          kinds: list.toSorted((a, b) => (a.plural < b.plural ? -1 : 1)),
        })),
    }));
}

/** Orders API versions as Kubernetes does: v2 before v1 before v2beta1 before v1beta1 before v1alpha1 before others. */
export function compareVersions(a: string, b: string): number {
  const left = rank(a);
  const right = rank(b);
  for (let at = 0; at < left.length; at++) {
    const difference = (right[at] ?? 0) - (left[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

const STAGES: Readonly<Record<string, number>> = { "": 3, beta: 2, alpha: 1 };

function rank(version: string): readonly number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return [0, 0, 0];
  return [STAGES[match[2] ?? ""] ?? 0, Number(match[1]), Number(match[3] ?? 0)];
}
