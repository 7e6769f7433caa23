import type { OwnerReference } from "kubernetes-types/meta/v1";
import type { KubeObject, Resource } from "../../../kube-client/index.ts";
import { isDeleting, uidOf } from "../objects/meta.ts";

/** An object of the owner graph. */
export interface GarbageNode {
  readonly resource: Resource;
  /** As it was seen last. */
  readonly object: KubeObject;
}

/** The finalizers by which a deletion says what is to become of dependents. */
export const FINALIZER = { foreground: "foregroundDeletion", orphan: "orphan" } as const;

/** Who owns whom, by uid. */
export class OwnerGraph {
  readonly #nodes = new Map<string, GarbageNode>();
  readonly #dependents = new Map<string, Set<string>>();

  /** The object was added or has changed. */
  set(node: GarbageNode): void {
    const uid = uidOf(node.object);
    this.#unlink(uid);
    this.#nodes.set(uid, node);
    for (const owner of ownersOf(node.object)) {
      const dependents = this.#dependents.get(owner.uid) ?? new Set();
      this.#dependents.set(owner.uid, dependents);
      dependents.add(uid);
    }
  }

  /** The object is gone. */
  delete(uid: string): void {
    this.#unlink(uid);
    this.#nodes.delete(uid);
  }

  get(uid: string): GarbageNode | undefined {
    return this.#nodes.get(uid);
  }

  /** What names this uid as an owner, whether that exists or not. */
  dependentsOf(uid: string): GarbageNode[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((other) => this.#nodes.get(other) ?? []);
  }

  #unlink(uid: string): void {
    const before = this.#nodes.get(uid);
    if (before === undefined) return;
    for (const owner of ownersOf(before.object)) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
    }
  }
}

/** The owners an object names. */
export function ownersOf({ metadata }: KubeObject): readonly OwnerReference[] {
  return metadata?.ownerReferences ?? [];
}

/** The object has that finalizer. */
export function hasFinalizer({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata?.finalizers?.includes(finalizer) === true;
}

/** It is being deleted, and waits until its dependents are gone. */
export function awaitsDependents(object: KubeObject): boolean {
  return isDeleting(object) && hasFinalizer(object, FINALIZER.foreground);
}

/** It is being deleted, and its dependents are to stay. */
export function orphansDependents(object: KubeObject): boolean {
  return isDeleting(object) && hasFinalizer(object, FINALIZER.orphan);
}
