import type { Deployment, ReplicaSet } from "kubernetes-types/apps/v1";
import { byCreation, numberAnnotation } from "../objects/meta.ts";
import { DESIRED_REPLICAS, MAX_REPLICAS } from "./annotations.ts";
import {
  allOf,
  allowanceOf,
  type Fleet,
  isRolling,
  replicasOf,
  type Sizes,
  totalReplicas,
} from "./fleet.ts";

/** The Deployment's size was changed: a ReplicaSet in use remembers another one. */
export function isScalingEvent(fleet: Fleet): boolean {
  const wanted = replicasOf(fleet.deployment);
  return allOf(fleet)
    .filter((replicaSet) => replicasOf(replicaSet) > 0)
    .some((replicaSet) => {
      const before = numberAnnotation(replicaSet, DESIRED_REPLICAS);
      return before !== undefined && before !== wanted;
    });
}

/**
 * Sizes after the Deployment's size was changed. A single ReplicaSet in use takes the whole size; in the middle of a
 * rolling update the change is divided among those in use by their sizes, so that fewer pods are at risk (sync.go of
 * kube-controller-manager).
 */
export function scaledSizes(fleet: Fleet): Sizes {
  const { deployment, current } = fleet;
  const wanted = replicasOf(deployment);
  const active = allOf(fleet).filter((replicaSet) => replicasOf(replicaSet) > 0);
  const only = active.length > 1 ? undefined : (active[0] ?? current ?? fleet.old.at(-1));
  if (only !== undefined) return new Map([[only, wanted]]);
  if (current !== undefined && isSaturated(deployment, current)) {
    const old = active.filter((replicaSet) => replicaSet !== current);
    return new Map([...old.map((replicaSet) => [replicaSet, 0] as const), [current, wanted]]);
  }
  return isRolling(deployment) ? proportionalSizes(deployment, active) : new Map();
}

/** The current ReplicaSet has all pods that are wanted, and they are available. */
function isSaturated(deployment: Deployment, current: ReplicaSet): boolean {
  const wanted = replicasOf(deployment);
  return (
    replicasOf(current) === wanted &&
    numberAnnotation(current, DESIRED_REPLICAS) === wanted &&
    current.status?.availableReplicas === wanted
  );
}

function proportionalSizes(deployment: Deployment, active: readonly ReplicaSet[]): Sizes {
  const wanted = replicasOf(deployment);
  const allowed = wanted > 0 ? wanted + allowanceOf(deployment).surge : 0;
  const change = allowed - totalReplicas(active);
  // When it grows, leftovers go to the largest and newest; when it shrinks, the largest and oldest give first.
  const sign = change > 0 ? -1 : 1;
  const sorted = active.toSorted(
    (a, b) => replicasOf(b) - replicasOf(a) || sign * byCreation(a, b),
  );
  const sizes = new Map<ReplicaSet, number>();
  let given = 0;
  for (const replicaSet of sorted) {
    const part = change === 0 ? 0 : proportion(replicaSet, { deployment, left: change - given });
    sizes.set(replicaSet, replicasOf(replicaSet) + part);
    given += part;
  }
  const [first] = sorted;
  if (first !== undefined && change !== given) {
    sizes.set(first, Math.max(0, (sizes.get(first) ?? 0) + change - given));
  }
  return sizes;
}

/** The share of one ReplicaSet in a change of which `left` is still to be given. */
function proportion(
  replicaSet: ReplicaSet,
  { deployment, left }: { readonly deployment: Deployment; readonly left: number },
): number {
  if (left === 0) return 0;
  const size = replicasOf(replicaSet);
  const wanted = replicasOf(deployment);
  if (wanted === 0) return Math.max(-size, left);
  const most = wanted + allowanceOf(deployment).surge;
  const before = numberAnnotation(replicaSet, MAX_REPLICAS) ?? deployment.status?.replicas ?? 0;
  const share = before <= 0 ? 0 : Math.round((size * most) / before) - size;
  return left > 0 ? Math.max(0, Math.min(share, left)) : Math.min(0, Math.max(share, left));
}
