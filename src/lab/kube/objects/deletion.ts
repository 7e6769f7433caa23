import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KubeObject } from "../kube-object.ts";

/** The options of a deletion (meta/v1 DeleteOptions). */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly orphanDependents?: boolean;
  readonly propagationPolicy?: string;
  readonly dryRun?: readonly string[];
}

/** Finalizers by which the garbage collector learns what is to become of an object's dependents. */
export const ORPHAN = "orphan";
/** See {@link ORPHAN}: the dependents go before the object. */
export const FOREGROUND = "foregroundDeletion";

/** Whether an object that is to be deleted waits for nothing any more: no finalizer, no grace period. */
export function mayGo(kind: KindDefinition, object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  if (deletionTimestamp === undefined || finalizers.length > 0) return false;
  if (kind.deletion.kind === "namespace") return namespaceFinalizers(object).length === 0;
  return deletionGracePeriodSeconds === 0;
}

/** `spec.finalizers` of a namespace. */
export function namespaceFinalizers(object: KubeObject): readonly string[] {
  const { finalizers } = (object["spec"] ?? {}) as { finalizers?: readonly string[] };
  return finalizers ?? [];
}

/** The finalizers of an object once a deletion with these options has begun. */
export function finalizersFor(
  object: KubeObject,
  { propagationPolicy, orphanDependents }: DeleteOptions,
): readonly string[] {
  const present = object.metadata.finalizers ?? [];
  const policy = propagationPolicy ?? policyOf(orphanDependents);
  // Without a policy, finalizers that somebody has put there say what to do.
  if (policy === undefined) return present;
  const others = present.filter((name) => name !== ORPHAN && name !== FOREGROUND);
  if (policy === "Orphan") return [...others, ORPHAN];
  if (policy === "Foreground") return [...others, FOREGROUND];
  return others;
}

function policyOf(orphanDependents: boolean | undefined): string | undefined {
  if (orphanDependents === undefined) return undefined;
  return orphanDependents ? "Orphan" : "Background";
}
