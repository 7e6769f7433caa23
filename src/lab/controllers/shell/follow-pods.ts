import type { Pod } from "kubernetes-types/core/v1";
import type { LabelSelector } from "kubernetes-types/meta/v1";
import {
  type InformerChange,
  type KubeObject,
  PODS,
  type TypedResource,
} from "../../../kube-client/index.ts";
import { meansSame } from "../objects/canonical.ts";
import { isDeleting, keyOf, labelsOf, namespaceOf, uidOf } from "../objects/meta.ts";
import { controllerOf, isControlledBy } from "../objects/owner.ts";
import { selects } from "../objects/selector.ts";
import type { Expectations } from "./expectations.ts";
import type { Loop, Shell } from "./shell.ts";

/** A kind whose objects control pods. */
export interface PodOwners<T extends KubeObject> {
  readonly resource: TypedResource<T>;
  readonly selectorOf: (owner: T) => LabelSelector | undefined;
  readonly loop: Loop;
  readonly expectations: Expectations;
}

/** Wakes the owners when their pods change, and fulfils their expectations. */
export function followPods<T extends KubeObject>(shell: Shell, owners: PodOwners<T>): () => void {
  const { resource, loop, expectations } = owners;

  function wakeAdopters(pod: Pod): void {
    for (const owner of shell.informers.of(resource).list()) {
      if (namespaceOf(owner) !== namespaceOf(pod)) continue;
      if (selects(owners.selectorOf(owner), labelsOf(pod))) loop.add(keyOf(owner));
    }
  }

  function ownerKeyOf(pod: Pod): string | undefined {
    if (!isControlledBy(pod, resource)) return undefined;
    return `${namespaceOf(pod)}/${controllerOf(pod)?.name ?? ""}`;
  }

  function updated(pod: Pod, old: Pod): void {
    const key = ownerKeyOf(pod);
    const oldKey = ownerKeyOf(old);
    const ownerUid = controllerOf(pod)?.uid;
    if (oldKey !== undefined && oldKey !== key) loop.add(oldKey);
    if (key !== undefined && ownerUid !== undefined) {
      if (isDeleting(pod)) expectations.deleted(ownerUid, uidOf(pod));
      if (isDeleting(pod) === isDeleting(old) && oldKey === key) loop.addSoon(key);
      else loop.add(key);
      return;
    }
    const isLoose = controllerOf(pod) === undefined && !isDeleting(pod);
    if (isLoose && (oldKey !== key || !meansSame(labelsOf(pod), labelsOf(old)))) wakeAdopters(pod);
  }

  return shell.informers.of(PODS).onChange(({ type, object, old }: InformerChange<Pod>) => {
    if (type === "updated") {
      updated(object, old ?? object);
      return;
    }
    const key = ownerKeyOf(object);
    const ownerUid = controllerOf(object)?.uid;
    if (key === undefined || ownerUid === undefined) {
      if (type === "added" && controllerOf(object) === undefined) wakeAdopters(object);
      return;
    }
    if (type === "added" && !isDeleting(object)) expectations.created(ownerUid);
    else expectations.deleted(ownerUid, uidOf(object));
    // While more is under way there is nothing to decide, only to count.
    if (expectations.isMet(ownerUid)) loop.add(key);
    else loop.addSoon(key);
  });
}
