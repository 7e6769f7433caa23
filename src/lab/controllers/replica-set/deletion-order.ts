import type { Pod } from "kubernetes-types/core/v1";
import { annotationsOf, compareText, createdMs, uidOf } from "../objects/meta.ts";
import { isPodReady, phaseOf, podReadySinceMs, podRestarts } from "../objects/pod.ts";

/** What the order needs to know beside the pods. */
export interface DeletionOrderFacts {
  readonly nowMs: number;
  /** How many active pods of the same workload are on the pod's node. */
  readonly neighbours: (pod: Pod) => number;
}

const PHASE_RANK: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * The order in which kube-controller-manager deletes surplus pods (ActivePodsWithRanks of pkg/controller): unassigned,
 * pending, not ready, cheap to delete, with many neighbours, ready for a short time, often restarted, young. Times
 * count by their order of magnitude only (LogarithmicScaleDown), so that it is not always the newest that goes.
 */
export function deletionOrder({
  nowMs,
  neighbours,
}: DeletionOrderFacts): (a: Pod, b: Pod) => number {
  return (a, b) =>
    rank(a.spec?.nodeName !== undefined) - rank(b.spec?.nodeName !== undefined) ||
    (PHASE_RANK[phaseOf(a)] ?? 1) - (PHASE_RANK[phaseOf(b)] ?? 1) ||
    rank(isPodReady(a)) - rank(isPodReady(b)) ||
    deletionCost(a) - deletionCost(b) ||
    neighbours(b) - neighbours(a) ||
    byMagnitude(podReadySinceMs(a), podReadySinceMs(b), nowMs) ||
    podRestarts(b) - podRestarts(a) ||
    byMagnitude(createdMs(a), createdMs(b), nowMs) ||
    compareText(uidOf(a), uidOf(b));
}

function rank(later: boolean): number {
  return later ? 1 : 0;
}

function deletionCost(pod: Pod): number {
  const cost = Number(annotationsOf(pod)["controller.kubernetes.io/pod-deletion-cost"] ?? 0);
  return Number.isInteger(cost) ? cost : 0;
}

function byMagnitude(aMs: number | undefined, bMs: number | undefined, nowMs: number): number {
  if (aMs === undefined || bMs === undefined) return 0;
  return magnitude(nowMs - aMs) - magnitude(nowMs - bMs);
}

/** The logarithm to base 2 of a duration's nanoseconds, as whole number; -1 for none. */
function magnitude(ms: number): number {
  return ms > 0 ? Math.floor(Math.log2(ms * 1e6)) : -1;
}
