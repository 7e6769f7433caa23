import { customKinds } from "../crds/custom-kind.ts";
import type { Admitted } from "../kinds/admission.ts";
import type { FieldCause } from "../kinds/field-error.ts";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import { invalidObject } from "../server/status-error.ts";

/** Refuses an object with fields that may not be stored (422). Throws StatusError. */
export function requireValid(kind: KindDefinition, { object, causes }: Admitted): void {
  const all = causes.length > 0 ? causes : definitionCauses(kind, object);
  if (all.length > 0) throw invalidObject(kind, object.metadata.name, all);
}

// A CustomResourceDefinition must also make sense as the kinds that it defines.
function definitionCauses(kind: KindDefinition, object: Admitted["object"]): readonly FieldCause[] {
  if (kind.group !== "apiextensions.k8s.io") return [];
  const made = customKinds(object);
  return made.ok ? [] : made.error;
}
