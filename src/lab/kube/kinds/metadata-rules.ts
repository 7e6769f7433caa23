import type { KubeObject } from "../kube-object.ts";
import type { FieldCause } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";

/** The refused fields of an object's metadata. */
export function validateMetadata(_kind: KindDefinition, _object: KubeObject): FieldCause[] {
  return [];
}

/** The fields of metadata that an update may not change. */
export function validateMetadataUpdate(_next: KubeObject, _old: KubeObject): FieldCause[] {
  return [];
}
