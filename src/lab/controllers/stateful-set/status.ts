import type { StatefulSet, StatefulSetStatus } from "kubernetes-types/apps/v1";
import { withoutZeros } from "../objects/canonical.ts";
import { isDeleting, labelsOf } from "../objects/meta.ts";
import { isPodAvailable, isPodReady, podAvailableAtMs } from "../objects/pod.ts";
import { REVISION_HASH } from "../objects/revisions.ts";
import type { StatefulSetFacts } from "./plan.ts";

/** A status, and when it will change by itself because a pod becomes available. */
export interface StatefulSetOutlook {
  readonly status: StatefulSetStatus;
  readonly changesAtMs: number | undefined;
}

/** Counts pods by what they do and which template they are of. An update that is complete makes its revision current. */
export function statefulSetStatus(
  statefulSet: StatefulSet,
  { pods, currentRevision, updateRevision, nowMs }: StatefulSetFacts & { readonly nowMs: number },
): StatefulSetOutlook {
  const minReadySeconds = statefulSet.spec?.minReadySeconds ?? 0;
  const wanted = statefulSet.spec?.replicas ?? 1;
  const isOf = (revision: string): number =>
    pods.filter((pod) => labelsOf(pod)[REVISION_HASH] === revision && !isDeleting(pod)).length;
  const ready = pods.filter(isPodReady);
  const available = ready.filter((pod) => isPodAvailable(pod, { minReadySeconds, nowMs }));
  const updated = isOf(updateRevision);
  const isUpdated = updated === wanted && pods.length === wanted && ready.length === wanted;
  const later = ready
    .map((pod) => podAvailableAtMs(pod, minReadySeconds) ?? nowMs)
    .filter((atMs) => atMs > nowMs);
  const status = {
    replicas: pods.length,
    availableReplicas: available.length,
    ...withoutZeros<Partial<StatefulSetStatus>>({
      observedGeneration: statefulSet.metadata?.generation,
      readyReplicas: ready.length,
      currentReplicas: isUpdated ? updated : isOf(currentRevision),
      updatedReplicas: updated,
      collisionCount: statefulSet.status?.collisionCount ?? undefined,
    }),
    currentRevision: isUpdated ? updateRevision : currentRevision,
    updateRevision,
  };
  return { status, changesAtMs: later.length === 0 ? undefined : Math.min(...later) };
}
