import type { OwnerReference } from "kubernetes-types/meta/v1";
import { apiVersionOf, type KubeObject, type Resource } from "../../../kube-client/index.ts";
import { nameOf, uidOf } from "./meta.ts";

/** The reference to the object that manages this one. */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller === true);
}

/** The object's controller is of that kind. */
export function isControlledBy(object: KubeObject, { kind, group }: Resource): boolean {
  const owner = controllerOf(object);
  return owner?.kind === kind && groupOf(owner.apiVersion) === group;
}

/** The reference that makes `owner` the controller of what carries it. */
export function controllerReference(owner: KubeObject, resource: Resource): OwnerReference {
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    name: nameOf(owner),
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** `apps` of `apps/v1`, empty of `v1`. */
export function groupOf(apiVersion: string): string {
  return apiVersion.slice(0, Math.max(0, apiVersion.indexOf("/")));
}
