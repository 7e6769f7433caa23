import type { Pod } from "kubernetes-types/core/v1";
import type { PodDisruptionBudget } from "kubernetes-types/policy/v1";
import type { LabelSelector } from "kubernetes-types/meta/v1";
import { compileSelector } from "../../../kube-client/index.ts";
import type { KubeObject } from "../kube-object.ts";
import { type Cluster, timestamp } from "../server/cluster.ts";
import { internalError, type StatusError, tooManyRequests } from "../server/status-error.ts";

const BUDGETS = { group: "policy", plural: "poddisruptionbudgets" } as const;
const STALE_RETRY_SECONDS = 10;

/**
 * Takes one disruption from the budget of a pod, if it has one. Throws StatusError: 429 when the budget allows none, or
 * its controller has yet to look at it; 500 when the pod has two budgets.
 */
export function takeDisruption(cluster: Cluster, pod: KubeObject, dryRun: boolean): void {
  const table = cluster.store.table(BUDGETS);
  const budgets = table
    .list(pod.metadata.namespace)
    .filter((budget) => compileSelector(selectorOf(budget))(pod.metadata.labels ?? {}));
  const [budget, second] = budgets;
  if (budget === undefined) return;
  if (second !== undefined) {
    throw internalError(
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    );
  }
  const { status = {}, spec } = budget as Pick<PodDisruptionBudget, "spec"> & {
    readonly status?: Partial<NonNullable<PodDisruptionBudget["status"]>>;
  };
  if (mayGoUnhealthy(pod as Pick<Pod, "status">, status, spec?.unhealthyPodEvictionPolicy)) return;
  if ((status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    throw refusal(
      `The disruption budget ${budget.metadata.name} is still being processed by the server.`,
      STALE_RETRY_SECONDS,
    );
  }
  const allowed = status.disruptionsAllowed ?? 0;
  if (allowed <= 0) {
    throw refusal(
      `The disruption budget ${budget.metadata.name} needs ${status.desiredHealthy ?? 0} healthy pods and has ${status.currentHealthy ?? 0} currently`,
    );
  }
  if (dryRun) return;
  const disruptedPods = {
    ...status.disruptedPods,
    [pod.metadata.name]: timestamp(cluster.time.nowMs()),
  };
  const next = { ...status, disruptionsAllowed: allowed - 1, disruptedPods };
  cluster.store.replace(table, { ...budget, status: next });
}

function selectorOf(budget: KubeObject): LabelSelector | undefined {
  return ((budget["spec"] ?? {}) as { selector?: LabelSelector }).selector;
}

function refusal(message: string, retryAfterSeconds?: number): StatusError {
  return tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: "DisruptionBudget", message }],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

// A pod that isn't ready counts for nothing: it may go when the others suffice, or always if the budget says so.
function mayGoUnhealthy(
  { status }: Pick<Pod, "status">,
  budget: { readonly currentHealthy?: number; readonly desiredHealthy?: number },
  policy: string | undefined,
): boolean {
  const ready = status?.conditions?.some(
    (condition) => condition.type === "Ready" && condition.status === "True",
  );
  if (ready === true) return false;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget;
  return policy === "AlwaysAllow" || (currentHealthy >= desiredHealthy && desiredHealthy > 0);
}
