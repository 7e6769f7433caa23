import type { Pod } from "kubernetes-types/core/v1";
import { byCreation, isDeleting, uidOf } from "../objects/meta.ts";
import { isPodFinished } from "../objects/pod.ts";

/** Ended pods that are kept for people to look at (`--terminated-pod-gc-threshold`). */
export const TERMINATED_MAX = 12_500;

/** Pods that nobody else will remove. */
export interface PodGcPlan {
  /** On nodes that do not exist. */
  readonly orphaned: readonly Pod[];
  /** Being deleted, but on no node whose kubelet could confirm it. */
  readonly unbound: readonly Pod[];
  /** Ended, and more than are kept. */
  readonly surplus: readonly Pod[];
}

/** Finds them. */
export function planPodGc(
  pods: readonly Pod[],
  {
    hasNode,
    terminatedMax,
  }: {
    readonly hasNode: (name: string) => boolean;
    readonly terminatedMax: number;
  },
): PodGcPlan {
  const isBound = (pod: Pod): boolean => (pod.spec?.nodeName ?? "") !== "";
  const orphaned = pods.filter((pod) => isBound(pod) && !hasNode(pod.spec?.nodeName ?? ""));
  const unbound = pods.filter((pod) => !isBound(pod) && isDeleting(pod));
  const taken = new Set([...orphaned, ...unbound].map(uidOf));
  const ended = pods.filter((pod) => isPodFinished(pod) && !taken.has(uidOf(pod)));
  const surplus = ended.toSorted(byCreation).slice(0, Math.max(0, ended.length - terminatedMax));
  return { orphaned, unbound, surplus };
}
