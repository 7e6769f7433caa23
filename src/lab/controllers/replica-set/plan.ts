import type { ReplicaSet } from "kubernetes-types/apps/v1";
import type { Pod } from "kubernetes-types/core/v1";
import { isPodActive } from "../objects/pod.ts";
import { deletionOrder, type DeletionOrderFacts } from "./deletion-order.ts";

/** What brings a ReplicaSet nearer to its size. */
export type ReplicaSetPlan =
  | { readonly kind: "create"; readonly count: number }
  | { readonly kind: "delete"; readonly pods: readonly Pod[] }
  | { readonly kind: "nothing" };

/** As many pods are created or deleted in one go (BurstReplicas of kube-controller-manager). */
export const BURST_REPLICAS = 500;

/** Compares the pods that a ReplicaSet controls with the size it should have. */
export function planReplicaSet(
  replicaSet: ReplicaSet,
  pods: readonly Pod[],
  facts: DeletionOrderFacts,
): ReplicaSetPlan {
  const active = pods.filter(isPodActive);
  const missing = (replicaSet.spec?.replicas ?? 1) - active.length;
  if (missing > 0) return { kind: "create", count: Math.min(missing, BURST_REPLICAS) };
  if (missing === 0) return { kind: "nothing" };
  const surplus = Math.min(-missing, BURST_REPLICAS);
  const going =
    surplus === active.length ? active : active.toSorted(deletionOrder(facts)).slice(0, surplus);
  return { kind: "delete", pods: going };
}
