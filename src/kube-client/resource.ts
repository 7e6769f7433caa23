import type { ObjectMeta } from "kubernetes-types/meta/v1";

/** What every Kubernetes object has. The types of `kubernetes-types` fit it. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ObjectMeta;
}

/** A collection of the Kubernetes API. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** As it stands in URLs: `pods`. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

declare const objectType: unique symbol;

/** A {@link Resource} that knows the type of its objects. */
export interface TypedResource<T extends KubeObject> extends Resource {
  readonly [objectType]?: T;
}

/** The name of one object. */
export interface ObjectName {
  readonly name: string;
  /** Needed if, and only if, the resource is namespaced. */
  readonly namespace?: string | undefined;
}

/** `v1`, or `apps/v1`. */
export function apiVersionOf({ group, version }: Resource): string {
  return group === "" ? version : `${group}/${version}`;
}

/** The path of one object, or of the collection when there is no name; all namespaces when there is no namespace. */
export function resourcePath(
  resource: Resource,
  { name, namespace, subresource }: Partial<ObjectName> & { subresource?: string | undefined } = {},
): string {
  const parts = [resource.group === "" ? "/api" : "/apis", apiVersionOf(resource)];
  if (resource.namespaced && namespace !== undefined)
    parts.push("namespaces", encodeURIComponent(namespace));
  parts.push(resource.plural);
  if (name !== undefined) parts.push(encodeURIComponent(name));
  if (subresource !== undefined) parts.push(subresource);
  return parts.join("/");
}
