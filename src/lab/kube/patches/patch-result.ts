import type { Result } from "../../../base/index.ts";
import type { KubeObject } from "../kube-object.ts";

/** One field that another manager owns. */
export interface ApplyConflict {
  /** `"kubectl" using apps/v1`, as the server prints it. */
  readonly manager: string;
  /** `.spec.replicas` */
  readonly field: string;
}

/** Why a patch can't be applied, in the real server's words. */
export type PatchProblem =
  /** The patch itself is malformed: 400 BadRequest. */
  | { readonly kind: "badRequest"; readonly message: string }
  /** A failed `test`, a path that isn't there, a directive that doesn't fit: 422 Invalid. */
  | { readonly kind: "unprocessable"; readonly message: string }
  /** Other managers own fields that an apply without force would change: 409 Conflict with one cause a field. */
  | {
      readonly kind: "conflict";
      readonly message: string;
      readonly conflicts: readonly ApplyConflict[];
    };

/** The patched object (a new one; the original is untouched), or why there is none. */
export type PatchResult = Result<KubeObject, PatchProblem>;
