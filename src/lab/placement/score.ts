import { weighedCpu, weighedMemory, WEIGHED } from "./cluster-view.ts";
import type { NodeState } from "./cluster-view.ts";
import { countAverse } from "./filters/node-filters.ts";
import { countMatching } from "./filters/spread-filter.ts";
import type { PodFacts } from "./pod-facts.ts";

// The weights of kube-scheduler's default profile.
const WEIGHTS = { resources: 1, balance: 1, taints: 3, nodes: 2, spread: 2, pods: 2 } as const;

const HOSTNAME = "kubernetes.io/hostname";

/** How good each node is for the pod: higher is better. The nodes are those that passed all filters. */
export function scoreNodes(pod: PodFacts, nodes: readonly NodeState[]): number[] {
  const scores = nodes.map((node) => scoreResources(pod, node));
  const add = (weight: number, raw: readonly number[], better: "more" | "less"): void =>
    addNormalised(scores, raw, { weight, better });
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
  const scores = nodes.map(() => 0);
  for (const { topologyKey, weight, matches } of pod.affinity.preferred) {
    const sums = new Map<string, number>();
    for (const { labels, groups } of nodes) {
      const value = labels[topologyKey];
      if (value === undefined) continue;
      for (const group of groups.values())
        if (matches(group)) sums.set(value, (sums.get(value) ?? 0) + group.count);
    }
    for (const [at, { labels }] of nodes.entries())
      scores[at] = (scores[at] ?? 0) + weight * (sums.get(labels[topologyKey] ?? "") ?? 0);
  }
  return scores;
}

/** Soft constraints of the pod; without any, kube-scheduler's own: pods of one owner over nodes and zones. */
function scoreSpread(pod: PodFacts, nodes: readonly NodeState[]): number[] | undefined {
  const { preferred, required } = pod.spread;
  const scores = nodes.map(() => 0);
  for (const constraint of preferred) {
    const counts = nodes.map((node) => countMatching(node, pod.namespace, constraint));
    addSpread(scores, { nodes, counts, ...constraint });
  }
  if (preferred.length > 0) return scores;
  if (required.length > 0 || pod.ownerUid === "") return undefined;
  const counts = nodes.map(({ owned }) => owned.get(pod.ownerUid) ?? 0);
  addSpread(scores, { nodes, counts, topologyKey: HOSTNAME, maxSkew: 3 });
  addSpread(scores, { nodes, counts, topologyKey: "topology.kubernetes.io/zone", maxSkew: 5 });
  return scores;
}

function addSpread(
  scores: number[],
  {
    nodes,
    counts,
    topologyKey,
    maxSkew,
  }: {
    nodes: readonly NodeState[];
    counts: readonly number[];
    topologyKey: string;
    maxSkew: number;
  },
): void {
  const { perNode, domains } = sumPerDomain(nodes, topologyKey, counts);
  const weight = Math.log(domains + 2);
  for (let at = 0; at < perNode.length; at++)
    scores[at] = (scores[at] ?? 0) + (perNode[at] ?? 0) * weight + (maxSkew - 1);
}

/**
 * For each node the sum of its domain: of all nodes with its value of the label. A node without the label is as bad as
 * the fullest domain.
 */
function sumPerDomain(
  nodes: readonly NodeState[],
  topologyKey: string,
  counts: readonly number[],
): { perNode: readonly number[]; domains: number } {
  // Every node is a domain of its own. Kept apart because it is the usual case and much quicker.
  if (topologyKey === HOSTNAME) return { perNode: counts, domains: nodes.length };
  const sums = new Map<string, number>();
  for (const [at, { labels }] of nodes.entries()) {
    const value = labels[topologyKey];
    if (value !== undefined) sums.set(value, (sums.get(value) ?? 0) + (counts[at] ?? 0));
  }
  const most = Math.max(0, ...sums.values());
  const perNode = nodes.map(({ labels }) => {
    const value = labels[topologyKey];
    return value === undefined ? most : (sums.get(value) ?? 0);
  });
  return { perNode, domains: sums.size };
}

/** Adds `weight` times a score of 0 … 100, where 100 is the best; nothing if they are all the same. */
function addNormalised(
  scores: number[],
  raw: readonly number[],
  { weight, better }: { weight: number; better: "more" | "less" },
): void {
  const most = Math.max(...raw);
  const least = Math.min(...raw);
  if (most === least) return;
  const factor = (100 * weight) / (most - least);
  for (let at = 0; at < raw.length; at++) {
    const value = raw[at] ?? 0;
    scores[at] = (scores[at] ?? 0) + factor * (better === "more" ? value - least : most - value);
  }
}
