import type { OwnerReference } from "kubernetes-types/meta/v1";
import type { KubeObject } from "../../../kube-client/index.ts";
import { isDeleting } from "../objects/meta.ts";
import { awaitsDependents, FINALIZER, hasFinalizer, ownersOf } from "./graph.ts";

/** How one owner of an object stands. */
export type OwnerState = "exists" | "absent" | "awaitsDependents";

/** What is to be done with an object because of its owners. */
export type GarbagePlan =
  | { readonly kind: "keep" }
  | { readonly kind: "delete"; readonly policy: "Background" | "Foreground" | "Orphan" }
  /** It still has an owner: only the references to the others go. */
  | { readonly kind: "unlink"; readonly owners: readonly OwnerReference[] };

/**
 * Decides as attemptToDeleteItem of Kubernetes' garbage collector does: an object goes when no owner of it is left,
 * or when those that are left only wait for it.
 */
export function planGarbage(
  object: KubeObject,
  facts: {
    readonly stateOf: (owner: OwnerReference) => OwnerState;
    readonly hasDependents: boolean;
  },
): GarbagePlan {
  const owners = ownersOf(object);
  if (owners.length === 0) return { kind: "keep" };
  if (isDeleting(object) && !awaitsDependents(object)) return { kind: "keep" };
  const states = owners.map((owner) => ({ owner, state: facts.stateOf(owner) }));
  const leaving = states.filter(({ state }) => state !== "exists");
  if (leaving.length === 0) return { kind: "keep" };
  if (leaving.length < states.length) {
    return { kind: "unlink", owners: leaving.map(({ owner }) => owner) };
  }
  if (isDeleting(object)) return { kind: "keep" };
  const isAwaited = states.some(({ state }) => state === "awaitsDependents");
  if (isAwaited && facts.hasDependents) return { kind: "delete", policy: "Foreground" };
  if (hasFinalizer(object, FINALIZER.orphan)) return { kind: "delete", policy: "Orphan" };
  if (hasFinalizer(object, FINALIZER.foreground)) return { kind: "delete", policy: "Foreground" };
  return { kind: "delete", policy: "Background" };
}

/** A reference by which the owner's foreground deletion has to wait for the dependent. */
export function blocks(dependent: KubeObject, ownerUid: string): boolean {
  return ownersOf(dependent).some(
    ({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion === true,
  );
}
