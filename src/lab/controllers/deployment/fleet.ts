import type { Deployment, ReplicaSet } from "kubernetes-types/apps/v1";
import { scaledValue } from "../objects/int-or-percent.ts";
import { byCreation, isDeleting } from "../objects/meta.ts";
import { isSameTemplate } from "../objects/template.ts";

/** A Deployment with its ReplicaSets. */
export interface Fleet {
  readonly deployment: Deployment;
  /** The one whose template the Deployment has now. */
  readonly current: ReplicaSet | undefined;
  /** The others, the oldest first. */
  readonly old: readonly ReplicaSet[];
}

/** New sizes of ReplicaSets, also of those whose size stays but whose annotations are to be renewed. */
export type Sizes = ReadonlyMap<ReplicaSet, number>;

/** How far a rolling update may go beyond, and below, the size asked for. */
export interface Allowance {
  readonly surge: number;
  readonly unavailable: number;
}

/** Finds the current ReplicaSet: the oldest with the Deployment's template, as its hash may have changed since. */
export function fleetOf(deployment: Deployment, replicaSets: readonly ReplicaSet[]): Fleet {
  const template = deployment.spec?.template ?? {};
  const sorted = replicaSets.toSorted(byCreation);
  const current = sorted.find(
    (replicaSet) =>
      !isDeleting(replicaSet) && isSameTemplate(replicaSet.spec?.template ?? {}, template),
  );
  return { deployment, current, old: sorted.filter((replicaSet) => replicaSet !== current) };
}

/** All ReplicaSets, the old ones first. */
export function allOf({ current, old }: Fleet): ReplicaSet[] {
  return current === undefined ? [...old] : [...old, current];
}

/** The size a Deployment or ReplicaSet asks for. */
export function replicasOf(object: Deployment | ReplicaSet): number {
  return object.spec?.replicas ?? 1;
}

/** The size asked for, added up. */
export function totalReplicas(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, replicaSet) => sum + replicasOf(replicaSet), 0);
}

/** The pods that are available, added up. */
export function totalAvailable(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0);
}

/** Its pods are replaced bit by bit. */
export function isRolling({ spec }: Deployment): boolean {
  return spec?.strategy?.type !== "Recreate";
}

/** The strategy's numbers; both are 0 with Recreate, and a rolling update that could not move may miss one pod. */
export function allowanceOf(deployment: Deployment): Allowance {
  if (!isRolling(deployment)) return { surge: 0, unavailable: 0 };
  const total = replicasOf(deployment);
  const { maxSurge = "25%", maxUnavailable = "25%" } =
    deployment.spec?.strategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, { total, rounding: "up" });
  const unavailable = scaledValue(maxUnavailable, { total, rounding: "down" });
  return {
    surge,
    unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, total),
  };
}
