import type { Pod, PodCondition } from "kubernetes-types/core/v1";
import { timeMs } from "../../../time/index.ts";
import { isDeleting } from "./meta.ts";

/** The condition of that type. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

/** Its condition Ready is true. */
export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, "Ready")?.status === "True";
}

/** Since when it is ready, in milliseconds since 1970; undefined if it is not. */
export function podReadySinceMs(pod: Pod): number | undefined {
  const ready = podCondition(pod, "Ready");
  return ready?.status === "True" ? (timeMs(ready.lastTransitionTime) ?? 0) : undefined;
}

/** When it will have been ready for `minReadySeconds`; undefined if it is not ready. */
export function podAvailableAtMs(pod: Pod, minReadySeconds: number): number | undefined {
  const sinceMs = podReadySinceMs(pod);
  return sinceMs === undefined ? undefined : sinceMs + minReadySeconds * 1000;
}

/** It has been ready for `minReadySeconds`. */
export function isPodAvailable(
  pod: Pod,
  { minReadySeconds, nowMs }: { readonly minReadySeconds: number; readonly nowMs: number },
): boolean {
  if (minReadySeconds === 0) return isPodReady(pod);
  const atMs = podAvailableAtMs(pod, minReadySeconds);
  return atMs !== undefined && atMs <= nowMs;
}

/** Pending, Running, Succeeded, Failed or Unknown. */
export function phaseOf(pod: Pod): string {
  return pod.status?.phase ?? "Pending";
}

/** It has ended for good. */
export function isPodFinished(pod: Pod): boolean {
  const phase = phaseOf(pod);
  return phase === "Succeeded" || phase === "Failed";
}

/** It neither has ended nor is being deleted. */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && !isDeleting(pod);
}

/** How often its containers were restarted: the highest count of one container. */
export function podRestarts(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce(
    (most, { restartCount }) => Math.max(most, restartCount),
    0,
  );
}
