import type { ReplicaSet, ReplicaSetStatus } from "kubernetes-types/apps/v1";
import type { Pod } from "kubernetes-types/core/v1";
import { withoutZeros } from "../objects/canonical.ts";
import { withCondition, withoutCondition } from "../objects/condition.ts";
import { labelsOf } from "../objects/meta.ts";
import { isPodActive, isPodReady, podAvailableAtMs } from "../objects/pod.ts";

/** Why pods could not be created or deleted. */
export interface ReplicaFailure {
  readonly reason: "FailedCreate" | "FailedDelete";
  readonly message: string;
}

/** A status, and when it will change by itself because a pod becomes available. */
export interface ReplicaSetOutlook {
  readonly status: ReplicaSetStatus;
  readonly changesAtMs: number | undefined;
}

/** Counts the pods of a ReplicaSet. */
export function replicaSetStatus(
  replicaSet: ReplicaSet,
  pods: readonly Pod[],
  { nowMs, failure }: { readonly nowMs: number; readonly failure: ReplicaFailure | undefined },
): ReplicaSetOutlook {
  const { minReadySeconds = 0, template } = replicaSet.spec ?? {};
  const wanted = Object.entries(template?.metadata?.labels ?? {});
  const counts = { replicas: 0, fullyLabeled: 0, ready: 0, available: 0 };
  let changesAtMs: number | undefined;
  for (const pod of pods) {
    if (!isPodActive(pod)) continue;
    const labels = labelsOf(pod);
    counts.replicas += 1;
    if (wanted.every(([key, value]) => labels[key] === value)) counts.fullyLabeled += 1;
    if (!isPodReady(pod)) continue;
    counts.ready += 1;
    const atMs = minReadySeconds === 0 ? 0 : (podAvailableAtMs(pod, minReadySeconds) ?? 0);
    if (atMs <= nowMs) counts.available += 1;
    else changesAtMs = Math.min(changesAtMs ?? atMs, atMs);
  }
  const before = replicaSet.status?.conditions;
  const conditions =
    failure === undefined
      ? withoutCondition(before, "ReplicaFailure")
      : withCondition(
          before,
          {
            type: "ReplicaFailure",
            status: "True",
            reason: failure.reason,
            message: failure.message,
          },
          { nowMs },
        );
  const status = {
    replicas: counts.replicas,
    ...withoutZeros<Partial<ReplicaSetStatus>>({
      fullyLabeledReplicas: counts.fullyLabeled,
      readyReplicas: counts.ready,
      availableReplicas: counts.available,
      observedGeneration: replicaSet.metadata?.generation,
      conditions: conditions.length === 0 ? undefined : conditions,
    }),
  };
  return { status, changesAtMs };
}
