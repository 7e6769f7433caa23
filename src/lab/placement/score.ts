import { weighedCpu, weighedMemory, WEIGHED } from "./cluster-view.ts";
import type { NodeState } from "./cluster-view.ts";
import { countAverse } from "./filters/node-filters.ts";
import { countMatching } from "./filters/spread-filter.ts";
import type { PodFacts } from "./pod-facts.ts";

// The weights of kube-scheduler's default profile.
const WEIGHTS = { resources: 1, balance: 1, taints: 3, nodes: 2, spread: 2, pods: 2 } as const;

/** How good each node is for the pod: higher is better. The nodes are those that passed all filters. */
export function scoreNodes(pod: PodFacts, nodes: readonly NodeState[]): number[] {
  const scores = nodes.map((node) => scoreResources(pod, node));
  const add = (weight: number, raw: readonly number[], better: "more" | "less"): void => {
    for (const [at, value] of normalise(raw, better).entries())
      scores[at] = (scores[at] ?? 0) + weight * value;
  };
  if (nodes.some(({ taints }) => taints.length > 0))
    add(
      WEIGHTS.taints,
      nodes.map((node) => countAverse(node, pod.tolerations)),
      "less",
    );
  if (pod.preferredNodes.length > 0)
    add(
      WEIGHTS.nodes,
      nodes.map((node) => preferenceFor(pod, node)),
      "more",
    );
  if (pod.affinity.preferred.length > 0) add(WEIGHTS.pods, scorePreferredPods(pod, nodes), "more");
  const spread = scoreSpread(pod, nodes);
  if (spread !== undefined) add(WEIGHTS.spread, spread, "less");
  return scores;
}

/** Least allocated first, and cpu and memory used alike: NodeResourcesFit and NodeResourcesBalancedAllocation. */
function scoreResources(pod: PodFacts, { allocatable, requested }: NodeState): number {
  const share = (used: number, capacity: number): number =>
    capacity === 0 ? 1 : Math.min(1, used / capacity);
  const cpu = allocatable.get("cpu") ?? 0;
  const memory = allocatable.get("memory") ?? 0;
  const usedCpu = share((requested.get(WEIGHED.cpu) ?? 0) + weighedCpu(pod), cpu);
  const usedMemory = share((requested.get(WEIGHED.memory) ?? 0) + weighedMemory(pod), memory);
  const free = 100 * (1 - (usedCpu + usedMemory) / 2);
  const balance = 100 * (1 - Math.abs(usedCpu - usedMemory) / 2);
  return WEIGHTS.resources * free + WEIGHTS.balance * balance;
}

function preferenceFor(pod: PodFacts, node: NodeState): number {
  let sum = 0;
  for (const { weight, test } of pod.preferredNodes) if (test(node)) sum += weight;
  return sum;
}

function scorePreferredPods(pod: PodFacts, nodes: readonly NodeState[]): number[] {
  const terms = pod.affinity.preferred.map(({ topologyKey, weight, matches }) => {
    const perDomain = sumPerDomain(nodes, topologyKey, (node) => {
      let count = 0;
      for (const group of node.groups.values()) if (matches(group)) count += group.count;
      return count;
    });
    return { topologyKey, weight, perDomain };
  });
  return nodes.map(({ labels }) =>
    terms.reduce(
      (sum, { topologyKey, weight, perDomain }) =>
        sum + weight * (perDomain.get(labels[topologyKey] ?? "") ?? 0),
      0,
    ),
  );
}

/** Soft constraints of the pod; without any, kube-scheduler's own: pods of one owner over nodes and zones. */
function scoreSpread(pod: PodFacts, nodes: readonly NodeState[]): number[] | undefined {
  const own = pod.spread.preferred.map((constraint) => ({
    topologyKey: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    count: (node: NodeState) => countMatching(node, pod.namespace, constraint),
  }));
  const constraints =
    own.length > 0 || pod.spread.required.length > 0 || pod.ownerUid === ""
      ? own
      : [
          { topologyKey: "kubernetes.io/hostname", maxSkew: 3, count: countOwned(pod) },
          { topologyKey: "topology.kubernetes.io/zone", maxSkew: 5, count: countOwned(pod) },
        ];
  if (constraints.length === 0) return undefined;
  const parts = constraints.map(({ topologyKey, maxSkew, count }) => {
    const perDomain = sumPerDomain(nodes, topologyKey, count);
    return { topologyKey, maxSkew, perDomain, weight: Math.log(perDomain.size + 2) };
  });
  return nodes.map(({ labels }) =>
    parts.reduce((sum, { topologyKey, maxSkew, perDomain, weight }) => {
      const value = labels[topologyKey];
      // A node without the label is as bad as the fullest of them all.
      const count = value === undefined ? Math.max(0, ...perDomain.values()) : perDomain.get(value);
      return sum + (count ?? 0) * weight + (maxSkew - 1);
    }, 0),
  );
}

function countOwned({ ownerUid }: PodFacts): (node: NodeState) => number {
  return (node) => {
    let count = 0;
    for (const group of node.groups.values())
      if (!group.terminating && group.ownerUid === ownerUid) count += group.count;
    return count;
  };
}

function sumPerDomain(
  nodes: readonly NodeState[],
  topologyKey: string,
  count: (node: NodeState) => number,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const node of nodes) {
    const value = node.labels[topologyKey];
    if (value !== undefined) sums.set(value, (sums.get(value) ?? 0) + count(node));
  }
  return sums;
}

/** To 0 … 100, where 100 is the best; all 100 if they are all the same. */
function normalise(raw: readonly number[], better: "more" | "less"): number[] {
  const most = Math.max(...raw);
  const least = Math.min(...raw);
  if (most === least) return raw.map(() => 100);
  return raw.map((value) =>
    better === "more"
      ? (100 * (value - least)) / (most - least)
      : (100 * (most - value)) / (most - least),
  );
}
