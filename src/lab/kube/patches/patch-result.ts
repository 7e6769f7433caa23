import type { Result } from "../../../base/index.ts";
import type { KubeObject } from "../kube-object.ts";

/** One field that another manager owns: a cause of the 409, with reason FieldManagerConflict. */
export interface ApplyConflict {
  /** `conflict with "helm"` */
  readonly message: string;
  /** `.spec.replicas` */
  readonly field: string;
}

/** Why a patch can't be applied; `message` is the real server's. */
export type PatchProblem =
  /** The patch itself is malformed: 400 BadRequest. */
  | { readonly kind: "badRequest"; readonly message: string }
  /**
   * A failed `test`, or a path that isn't there: 422 Invalid. The real server's message does not say what it is;
   * `detail` does.
   */
  | { readonly kind: "unprocessable"; readonly message: string; readonly detail: string }
  /** What the real server answers with a bare 500 and this message, e.g. a list item without its merge key. */
  | { readonly kind: "internal"; readonly message: string }
  /** Other managers own fields that an apply without force would change: 409 Conflict with one cause a field. */
  | {
      readonly kind: "conflict";
      readonly message: string;
      readonly conflicts: readonly ApplyConflict[];
    };

/** The patched object (a new one; the original is untouched), or why there is none. */
export type PatchResult = Result<KubeObject, PatchProblem>;

/** A step of a patch that failed; the doors of this folder turn it into a result. */
export class PatchFailure extends Error {
  override readonly name = "PatchFailure";
  readonly problem: PatchProblem;

  constructor(problem: PatchProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Refuses a malformed patch. */
export function badRequest(message: string): PatchFailure {
  return new PatchFailure({ kind: "badRequest", message });
}

/** Refuses a patch that doesn't fit the object. */
export function unprocessable(detail: string): PatchFailure {
  const message = "the server rejected our request due to an error in our request";
  return new PatchFailure({ kind: "unprocessable", message, detail });
}

/** Refuses in the way in which the real server has no better answer than 500. */
export function internal(message: string): PatchFailure {
  return new PatchFailure({ kind: "internal", message });
}

/** Runs a patch; what it refuses becomes a result. */
export function asResult(run: () => KubeObject): PatchResult {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    if (error instanceof PatchFailure) return { ok: false, error: error.problem };
    throw error;
  }
}
