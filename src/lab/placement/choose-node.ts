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
  | { readonly kind: "place"; readonly nodeName: string }
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

/** Checks every node and takes the best: the highest score, then the fewest pods, then the first by name. */
export function chooseNode(pod: PodFacts, nodes: readonly NodeState[]): Choice {
  const check = checkFor(pod, nodes);
  const fitting: NodeState[] = [];
  const refusals: Refusal[] = [];
  for (const node of nodes) {
    if (pod.namedNodes?.has(node.name) === false) continue;
    const refusal = check(node);
    if (refusal === undefined) fitting.push(node);
    else refusals.push(refusal);
  }
  const [only] = fitting;
  if (only === undefined)
    return { kind: "unschedulable", message: unschedulableMessage(pod, nodes.length, refusals) };
  if (fitting.length === 1) return { kind: "place", nodeName: only.name };
  const scores = scoreNodes(pod, fitting);
  let best = only;
  let bestScore = scores[0] ?? 0;
  for (const [at, node] of fitting.entries()) {
    const score = scores[at] ?? 0;
    if (score < bestScore || (score === bestScore && node.pods.size >= best.pods.size)) continue;
    best = node;
    bestScore = score;
  }
  return { kind: "place", nodeName: best.name };
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
