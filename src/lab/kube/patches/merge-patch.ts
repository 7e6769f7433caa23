import type { KubeObject } from "../kube-object.ts";
import { getField, isMap, type JsonMap, jsonTypeWord, setField } from "./json-value.ts";
import { asResult, badRequest, type PatchResult } from "./patch-result.ts";

/** RFC 7386: maps merge, `null` removes, everything else replaces. */
export function mergePatch(original: KubeObject, patch: unknown): PatchResult {
  return asResult(() => {
    if (!isMap(patch)) {
      throw badRequest(
        `error decoding patch: json: cannot unmarshal ${jsonTypeWord(patch)} into Go value of type map[string]interface {}`,
      );
    }
    return mergeMaps(original, patch) as KubeObject;
  });
}

function mergeMaps(original: JsonMap, patch: JsonMap): JsonMap {
  const merged: Record<string, unknown> = { ...original };
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) {
      Reflect.deleteProperty(merged, field);
      continue;
    }
    const before = getField(original, field);
    setField(merged, field, isMap(value) ? mergeMaps(isMap(before) ? before : {}, value) : value);
  }
  return merged;
}
