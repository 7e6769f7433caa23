import type { DaemonSet, DaemonSetStatus } from "kubernetes-types/apps/v1";
import type { Pod } from "kubernetes-types/core/v1";
import { withoutZeros } from "../objects/canonical.ts";
import { createdMs, labelsOf, nameOf } from "../objects/meta.ts";
import { isPodAvailable, isPodReady, podAvailableAtMs } from "../objects/pod.ts";
import { REVISION_HASH } from "../objects/revisions.ts";
import { belongsOn, nodeNameOf } from "./daemon-pod.ts";
import type { DaemonSetFacts } from "./plan.ts";

/** A status, and when it will change by itself because a pod becomes available. */
export interface DaemonSetOutlook {
  readonly status: DaemonSetStatus;
  readonly changesAtMs: number | undefined;
}

/** Counts nodes by what their pod does; of several pods on a node the oldest counts. */
export function daemonSetStatus(daemonSet: DaemonSet, facts: DaemonSetFacts): DaemonSetOutlook {
  const minReadySeconds = daemonSet.spec?.minReadySeconds ?? 0;
  const oldest = oldestByNode(facts.pods);
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  let changesAtMs: number | undefined;
  for (const node of facts.nodes) {
    const pod = oldest.get(nameOf(node));
    if (!belongsOn(daemonSet, node).isWanted) {
      if (pod !== undefined) counts.misscheduled += 1;
      continue;
    }
    counts.desired += 1;
    if (pod === undefined) continue;
    counts.current += 1;
    if (labelsOf(pod)[REVISION_HASH] === facts.hash) counts.updated += 1;
    if (!isPodReady(pod)) continue;
    counts.ready += 1;
    if (isPodAvailable(pod, { minReadySeconds, nowMs: facts.nowMs })) {
      counts.available += 1;
    } else {
      const atMs = podAvailableAtMs(pod, minReadySeconds) ?? facts.nowMs;
      changesAtMs = Math.min(changesAtMs ?? atMs, atMs);
    }
  }
  const status = {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    ...withoutZeros<Partial<DaemonSetStatus>>({
      observedGeneration: daemonSet.metadata?.generation,
      updatedNumberScheduled: counts.updated,
      numberAvailable: counts.available,
      numberUnavailable: counts.desired - counts.available,
      collisionCount: daemonSet.status?.collisionCount,
    }),
  };
  return { status, changesAtMs };
}

function oldestByNode(pods: readonly Pod[]): Map<string, Pod> {
  const oldest = new Map<string, Pod>();
  for (const pod of pods) {
    const name = nodeNameOf(pod);
    if (name === undefined) continue;
    const before = oldest.get(name);
    if (before === undefined || createdMs(pod) < createdMs(before)) oldest.set(name, pod);
  }
  return oldest;
}
