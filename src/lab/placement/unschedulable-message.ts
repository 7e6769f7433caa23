import type { Refusal } from "./filters/filter.ts";
import type { PodFacts } from "./pod-facts.ts";

/**
 * The message of kube-scheduler 1.35 for a pod that no node can take:
 * `0/3 nodes are available: 3 Too many pods. no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.`
 * `refusals` are of the nodes that were looked at; the others were left out because the pod names its nodes. Berth's
 * scheduler never preempts, so it never finds a victim.
 */
export function unschedulableMessage(
  { neverPreempts }: Pick<PodFacts, "neverPreempts">,
  nodeCount: number,
  refusals: readonly Refusal[],
): string {
  if (nodeCount === 0) return "no nodes available to schedule pods";
  const head = `0/${nodeCount} nodes are available`;
  const leftOut = nodeCount - refusals.length;
  const reasons = new Map<string, number>();
  for (const refusal of refusals)
    for (const reason of refusal.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  if (leftOut > 0) reasons.set("node(s) didn't satisfy plugin(s) [NodeAffinity]", leftOut);

  const helpless = refusals.filter(({ resolvable }) => !resolvable).length + leftOut;
  const preemption = new Map([
    ["No preemption victims found for incoming pod", nodeCount - helpless],
    ["Preemption is not helpful for scheduling", helpless],
  ]);
  const afterwards = neverPreempts
    ? "not eligible due to preemptionPolicy=Never."
    : `${head}: ${list(preemption)}.`;
  return `${head}: ${list(reasons)}. no new claims to deallocate, preemption: ${afterwards}`;
}

/** `2 Insufficient cpu, 3 Too many pods`, sorted as text as kube-scheduler does it. */
function list(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason}`)
    .toSorted()
    .join(", ");
}
