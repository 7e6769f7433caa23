import type { StatefulSet } from "kubernetes-types/apps/v1";
import type { Pod } from "kubernetes-types/core/v1";
import { isDeleting, labelsOf, nameOf } from "../objects/meta.ts";
import { isPodFinished, isPodReady, phaseOf } from "../objects/pod.ts";
import { REVISION_HASH } from "../objects/revisions.ts";

/** A pod to be made. */
export interface StatefulPod {
  readonly ordinal: number;
  /** Of which template. */
  readonly revision: string;
}

/** What brings a StatefulSet one step on. */
export interface StatefulSetPlan {
  readonly create: readonly StatefulPod[];
  readonly remove: readonly Pod[];
}

/** What there is beside the StatefulSet. */
export interface StatefulSetFacts {
  /** Those that it controls. */
  readonly pods: readonly Pod[];
  /** The revision pods had before the update, and the one they get by it; the same when there is none. */
  readonly currentRevision: string;
  readonly updateRevision: string;
}

/**
 * One step: the lowest missing pod is made, or the highest surplus one deleted, or the highest one of an old template,
 * and each only when all the others are running and ready. With `Parallel`, all that are missing or surplus at once.
 */
export function planStatefulSet(
  statefulSet: StatefulSet,
  facts: StatefulSetFacts,
): StatefulSetPlan {
  const inOrder = statefulSet.spec?.podManagementPolicy !== "Parallel";
  const { first, end } = ordinalsOf(statefulSet);
  const byOrdinal = new Map(facts.pods.map((pod) => [ordinalOf(statefulSet, pod), pod]));
  const create: StatefulPod[] = [];
  const remove: Pod[] = [];
  let areAllHealthy = true;
  for (let ordinal = first; ordinal < end; ordinal += 1) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) {
      create.push({ ordinal, revision: revisionFor(statefulSet, ordinal, facts) });
    } else if (isPodFinished(pod) && !isDeleting(pod)) {
      remove.push(pod);
    } else if (isHealthy(pod)) {
      continue;
    }
    areAllHealthy = false;
    if (inOrder) return { create, remove };
  }
  const surplus = facts.pods
    .filter((pod) => {
      const ordinal = ordinalOf(statefulSet, pod);
      return ordinal !== undefined && (ordinal < first || ordinal >= end);
    })
    .toSorted((a, b) => (ordinalOf(statefulSet, b) ?? 0) - (ordinalOf(statefulSet, a) ?? 0));
  if (surplus.length > 0) {
    if (!inOrder) remove.push(...surplus.filter((pod) => !isDeleting(pod)));
    else if (!surplus.some((pod) => isDeleting(pod))) remove.push(...surplus.slice(0, 1));
    return { create, remove };
  }
  if (areAllHealthy) remove.push(...nextOutdated(statefulSet, byOrdinal, facts));
  return { create, remove };
}

/** The number at the end of the pod's name; undefined if it is not named after the set. */
export function ordinalOf(statefulSet: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${nameOf(statefulSet)}-`;
  const name = nameOf(pod);
  const text = name.startsWith(prefix) ? name.slice(prefix.length) : "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The first ordinal, and the one after the last. */
export function ordinalsOf({ spec }: StatefulSet): { first: number; end: number } {
  const first = spec?.ordinals?.start ?? 0;
  return { first, end: first + (spec?.replicas ?? 1) };
}

/** Running and ready, and to stay. */
function isHealthy(pod: Pod): boolean {
  return phaseOf(pod) === "Running" && isPodReady(pod) && !isDeleting(pod);
}

/** Pods below the partition keep, and get again, the template from before the update. */
function revisionFor(
  { spec }: StatefulSet,
  ordinal: number,
  { currentRevision, updateRevision }: StatefulSetFacts,
): string {
  if (spec?.updateStrategy?.type === "OnDelete") return updateRevision;
  const partition = spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  return ordinal >= partition ? updateRevision : currentRevision;
}

function nextOutdated(
  statefulSet: StatefulSet,
  byOrdinal: ReadonlyMap<number | undefined, Pod>,
  { updateRevision }: StatefulSetFacts,
): Pod[] {
  const { updateStrategy } = statefulSet.spec ?? {};
  if (updateStrategy?.type === "OnDelete") return [];
  const { first, end } = ordinalsOf(statefulSet);
  const partition = Math.max(first, updateStrategy?.rollingUpdate?.partition ?? 0);
  for (let ordinal = end - 1; ordinal >= partition; ordinal -= 1) {
    const pod = byOrdinal.get(ordinal);
    if (pod !== undefined && labelsOf(pod)[REVISION_HASH] !== updateRevision) return [pod];
  }
  return [];
}
