import type { Pod } from "kubernetes-types/core/v1";
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from "kubernetes-types/policy/v1";
import { timeMs } from "../../../time/index.ts";
import { withCondition } from "../objects/condition.ts";
import { scaledValue } from "../objects/int-or-percent.ts";
import { isDeleting, nameOf } from "../objects/meta.ts";
import { isPodReady } from "../objects/pod.ts";

/** For so long an eviction that was granted counts as under way, though the pod shows nothing of it. */
export const EVICTION_PENDING_MS = 120_000;

/** A status, and when it will change by itself because an eviction that was granted is given up. */
export interface BudgetOutlook {
  readonly status: PodDisruptionBudgetStatus;
  readonly changesAtMs: number | undefined;
}

/** How many pods of a budget may be evicted now (pkg/controller/disruption). */
export function budgetStatus(
  budget: PodDisruptionBudget,
  facts: {
    /** Those that its selector fits and that have not ended. */
    readonly pods: readonly Pod[];
    /** How many pods their controllers want together. */
    readonly scale: number;
    readonly nowMs: number;
  },
): BudgetOutlook {
  const { pods, nowMs } = facts;
  const pending = pendingEvictions(budget, facts);
  const { expectedPods, desiredHealthy } = wantedOf(budget, facts);
  const currentHealthy = pods.filter(
    (pod) => isPodReady(pod) && !isDeleting(pod) && pending.names[nameOf(pod)] === undefined,
  ).length;
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const generation = budget.metadata?.generation ?? 0;
  const conditions = withCondition(
    budget.status?.conditions,
    {
      type: "DisruptionAllowed",
      status: disruptionsAllowed > 0 ? "True" : "False",
      reason: disruptionsAllowed > 0 ? "SufficientPods" : "InsufficientPods",
      message: "",
    },
    { nowMs },
  ).map((condition) => ({ ...condition, observedGeneration: generation }));
  const status = {
    currentHealthy,
    desiredHealthy,
    disruptionsAllowed,
    expectedPods,
    observedGeneration: generation,
    conditions,
    ...(Object.keys(pending.names).length === 0 ? {} : { disruptedPods: pending.names }),
  };
  return { status, changesAtMs: pending.endsMs };
}

function wantedOf(
  { spec }: PodDisruptionBudget,
  { pods, scale }: { readonly pods: readonly Pod[]; readonly scale: number },
): { expectedPods: number; desiredHealthy: number } {
  if (spec?.maxUnavailable !== undefined) {
    const unavailable = scaledValue(spec.maxUnavailable, { total: scale, rounding: "up" });
    return { expectedPods: scale, desiredHealthy: Math.max(0, scale - unavailable) };
  }
  const { minAvailable } = spec ?? {};
  if (typeof minAvailable === "number") {
    return { expectedPods: pods.length, desiredHealthy: minAvailable };
  }
  // Neither set counts as minAvailable 1 in the API's first version; validation lets it be absent.
  const desiredHealthy = scaledValue(minAvailable ?? 1, { total: scale, rounding: "up" });
  return { expectedPods: scale, desiredHealthy };
}

function pendingEvictions(
  budget: PodDisruptionBudget,
  { pods, nowMs }: { readonly pods: readonly Pod[]; readonly nowMs: number },
): { names: Record<string, string>; endsMs: number | undefined } {
  const names: Record<string, string> = {};
  let endsMs: number | undefined;
  for (const [name, time] of Object.entries(budget.status?.disruptedPods ?? {})) {
    const pod = pods.find((other) => nameOf(other) === name);
    const untilMs = (timeMs(time) ?? 0) + EVICTION_PENDING_MS;
    if (pod === undefined || isDeleting(pod) || untilMs <= nowMs) continue;
    names[name] = time;
    endsMs = Math.min(endsMs ?? untilMs, untilMs);
  }
  return { names, endsMs };
}
