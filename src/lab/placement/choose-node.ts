import type { NodeState } from "./cluster-view.ts";
import { podAffinity } from "./filters/affinity-filter.ts";
import type { Filter, NodeCheck, Refusal } from "./filters/filter.ts";
import { nodeAffinity, taints, unschedulable } from "./filters/node-filters.ts";
import { hostPorts, resources } from "./filters/resource-filters.ts";
import { topologySpread } from "./filters/spread-filter.ts";
import type { PodFacts } from "./pod-facts.ts";
import { scoreNodes } from "./score.ts";
import { unschedulableMessage } from "./unschedulable-message.ts";

/** Where a pod goes, or why it cannot go anywhere, in kube-scheduler's words. */
export type Choice =
  | {
      readonly kind: "place";
      readonly nodeName: string;
      /** How many nodes were looked at; the next pod begins after them. */
      readonly looked: number;
    }
  | { readonly kind: "unschedulable"; readonly message: string };

// In kube-scheduler's order: a node is refused by the first that objects.
const FILTERS: readonly Filter[] = [
  unschedulable,
  taints,
  nodeAffinity,
  hostPorts,
  resources,
  topologySpread,
  podAffinity,
];

/**
 * Takes the best of the nodes that fit: the highest score, then the fewest pods, then the first that was looked at. In a
 * large cluster it looks no further than {@link enoughFitting}, from the node at index `first` on and round.
 */
export function chooseNode(pod: PodFacts, nodes: readonly NodeState[], first = 0): Choice {
  const check = checkFor(pod, nodes);
  const enough = enoughFitting(nodes.length);
  const fitting: NodeState[] = [];
  const refusals: Refusal[] = [];
  let looked = 0;
  for (; looked < nodes.length && fitting.length < enough; looked++) {
    const node = nodes[(first + looked) % nodes.length];
    if (node === undefined || pod.namedNodes?.has(node.name) === false) continue;
    const refusal = check(node);
    if (refusal === undefined) fitting.push(node);
    else refusals.push(refusal);
  }
  const [only] = fitting;
  if (only === undefined)
    return { kind: "unschedulable", message: unschedulableMessage(pod, nodes.length, refusals) };
  if (fitting.length === 1) return { kind: "place", nodeName: only.name, looked };
  const scores = scoreNodes(pod, fitting);
  let best = only;
  let bestScore = scores[0] ?? 0;
  for (const [at, node] of fitting.entries()) {
    const score = scores[at] ?? 0;
    if (score < bestScore || (score === bestScore && node.pods.size >= best.pods.size)) continue;
    best = node;
    bestScore = score;
  }
  return { kind: "place", nodeName: best.name, looked };
}

const ALL_OF = 100;

/**
 * How many fitting nodes kube-scheduler compares: all of up to a hundred; of more a share that falls from half by one
 * percent every 125 nodes, to five percent, and a hundred at least (its default `percentageOfNodesToScore`).
 */
export function enoughFitting(nodes: number): number {
  if (nodes < ALL_OF) return nodes;
  const percent = Math.max(5, 50 - Math.floor(nodes / 125));
  return Math.max(ALL_OF, Math.floor((nodes * percent) / 100));
}

/** The first objection of all rules to a node. */
export function checkFor(pod: PodFacts, nodes: readonly NodeState[]): NodeCheck {
  const checks = FILTERS.flatMap((filter) => filter(pod, nodes) ?? []);
  return (node) => {
    for (const check of checks) {
      const refusal = check(node);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };
}
