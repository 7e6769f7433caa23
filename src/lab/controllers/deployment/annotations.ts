import type { Deployment, ReplicaSet } from "kubernetes-types/apps/v1";
import { annotationsOf, numberAnnotation } from "../objects/meta.ts";
import { allowanceOf, type Fleet, replicasOf } from "./fleet.ts";

/** How many times the template had changed; on Deployments and their ReplicaSets. */
export const REVISION = "deployment.kubernetes.io/revision";
/** The revisions a ReplicaSet had before its present one, comma-separated. */
export const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
/** The Deployment's size when the ReplicaSet was sized last. */
export const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
/** The same with the surge that was allowed. */
export const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";

const NOT_COPIED: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  "deprecated.deployment.rollback.to",
]);

/** The revision of a ReplicaSet; 0 if it has none. */
export function revisionOf(replicaSet: ReplicaSet): number {
  return numberAnnotation(replicaSet, REVISION) ?? 0;
}

/** The revision the current ReplicaSet should have: one more than any other. */
export function nextRevision({ old }: Fleet): number {
  return old.reduce((most, replicaSet) => Math.max(most, revisionOf(replicaSet)), 0) + 1;
}

/** The annotations of the current ReplicaSet: those of the Deployment, and a new revision if it was rolled back to. */
export function currentAnnotations(fleet: Fleet): Record<string, string> {
  const { deployment, current } = fleet;
  const annotations: Record<string, string> = { ...(current && annotationsOf(current)) };
  for (const [key, value] of Object.entries(annotationsOf(deployment))) {
    if (!NOT_COPIED.has(key)) annotations[key] = value;
  }
  const revision = nextRevision(fleet);
  const before = current === undefined ? 0 : revisionOf(current);
  if (before >= revision) return annotations;
  annotations[REVISION] = String(revision);
  if (before > 0) {
    const history = annotations[REVISION_HISTORY] ?? "";
    annotations[REVISION_HISTORY] = history === "" ? String(before) : `${history},${before}`;
  }
  return annotations;
}

/** The annotations that tell for which size of the Deployment a ReplicaSet was sized. */
export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const wanted = replicasOf(deployment);
  return {
    [DESIRED_REPLICAS]: String(wanted),
    [MAX_REPLICAS]: String(wanted + allowanceOf(deployment).surge),
  };
}
