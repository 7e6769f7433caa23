import type { ReplicaSet } from "kubernetes-types/apps/v1";
import {
  allOf,
  allowanceOf,
  type Fleet,
  isRolling,
  replicasOf,
  type Sizes,
  totalAvailable,
  totalReplicas,
} from "./fleet.ts";

/** The size the current ReplicaSet may have now, beside what the others still have. */
export function nextCurrentSize(fleet: Fleet): number {
  const wanted = replicasOf(fleet.deployment);
  const now = fleet.current === undefined ? 0 : replicasOf(fleet.current);
  if (!isRolling(fleet.deployment)) return wanted;
  const total = totalReplicas(allOf(fleet));
  const room = wanted + allowanceOf(fleet.deployment).surge - total;
  if (room <= 0) return now;
  return now + Math.min(room, wanted - now);
}

/**
 * One step of a rolling update: first the current ReplicaSet grows as far as `maxSurge` allows; if it cannot, old ones
 * shrink as far as `maxUnavailable` allows, pods that are not available before others (rolling.go of
 * kube-controller-manager).
 */
export function rollingStep(fleet: Fleet & { readonly current: ReplicaSet }): Sizes {
  const { current, deployment } = fleet;
  const now = replicasOf(current);
  const next = now > replicasOf(deployment) ? replicasOf(deployment) : nextCurrentSize(fleet);
  if (next !== now) return new Map([[current, next]]);
  return shrinkOld(fleet);
}

function shrinkOld(fleet: Fleet & { readonly current: ReplicaSet }): Sizes {
  const { current, deployment, old } = fleet;
  const active = old.filter((replicaSet) => replicasOf(replicaSet) > 0);
  const leastAvailable = replicasOf(deployment) - allowanceOf(deployment).unavailable;
  const unavailableNew = replicasOf(current) - (current.status?.availableReplicas ?? 0);
  const most = totalReplicas(allOf(fleet)) - leastAvailable - unavailableNew;
  const sizes = new Map<ReplicaSet, number>();
  if (active.length === 0 || most <= 0) return sizes;

  let left = most;
  for (const replicaSet of active) {
    const size = replicasOf(replicaSet);
    const surplus = Math.min(left, size - (replicaSet.status?.availableReplicas ?? 0));
    if (surplus <= 0) continue;
    sizes.set(replicaSet, size - surplus);
    left -= surplus;
  }

  let spare = totalAvailable(allOf(fleet)) - leastAvailable;
  for (const replicaSet of active) {
    if (spare <= 0) break;
    const size = sizes.get(replicaSet) ?? replicasOf(replicaSet);
    const fewer = Math.min(size, spare);
    if (fewer === 0) continue;
    sizes.set(replicaSet, size - fewer);
    spare -= fewer;
  }
  return sizes;
}
