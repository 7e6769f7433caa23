import type { NodeState } from "../cluster-view.ts";
import type { PodFacts, SpreadFacts } from "../pod-facts.ts";
import { lasting, passing } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { untolerated } from "./node-filters.ts";

/** Plugin PodTopologySpread, constraints with DoNotSchedule. */
export const topologySpread: Filter = (pod, nodes) => {
  const { required } = pod.spread;
  if (required.length === 0) return undefined;
  const counted = required.map((constraint) => countDomains(pod, nodes, constraint));
  const unequal = passing("node(s) didn't match pod topology spread constraints");
  const unlabelled = lasting(
    "node(s) didn't match pod topology spread constraints (missing required label)",
  );
  return (node) => {
    for (const { constraint, domains, least, self } of counted) {
      const value = node.labels[constraint.topologyKey];
      if (value === undefined) return unlabelled;
      if ((domains.get(value) ?? 0) + self - least > constraint.maxSkew) return unequal;
    }
    return undefined;
  };
};

interface Counted {
  readonly constraint: SpreadFacts;
  /** Matching pods by the label's value. */
  readonly domains: ReadonlyMap<string, number>;
  readonly least: number;
  /** 1 if the pod itself will count. */
  readonly self: 0 | 1;
}

function countDomains(
  pod: PodFacts,
  nodes: readonly NodeState[],
  constraint: SpreadFacts,
): Counted {
  const domains = new Map<string, number>();
  const keys = pod.spread.required.map(({ topologyKey }) => topologyKey);
  for (const node of nodes) {
    if (keys.some((key) => node.labels[key] === undefined)) continue;
    if (constraint.honorsSelection && !pod.selection(node)) continue;
    if (constraint.honorsTaints && untolerated(node, pod.tolerations)) continue;
    const value = node.labels[constraint.topologyKey] ?? "";
    domains.set(value, (domains.get(value) ?? 0) + countMatching(node, pod.namespace, constraint));
  }
  const least = domains.size < constraint.minDomains ? 0 : Math.min(...domains.values());
  return { constraint, domains, least, self: constraint.matches(pod.labels) ? 1 : 0 };
}

/** The pods on a node that a constraint of a pod in `namespace` counts. */
export function countMatching(
  node: NodeState,
  namespace: string,
  { matches }: Pick<SpreadFacts, "matches">,
): number {
  let count = 0;
  for (const group of node.groups.values())
    if (!group.terminating && group.namespace === namespace && matches(group.labels))
      count += group.count;
  return count;
}
