export { applyPatch } from "./apply.ts";
export type { ApplyOptions } from "./apply.ts";
export { recordUpdate } from "./managed-fields.ts";
export type { UpdateOptions } from "./managed-fields.ts";
export { jsonPatch } from "./json-patch.ts";
export { mergePatch } from "./merge-patch.ts";
export type { ApplyConflict, PatchProblem, PatchResult } from "./patch-result.ts";
export { strategicMergePatch } from "./strategic-merge.ts";
