import { applyPatch, type Operation } from "rfc6902";
import type { KubeObject } from "../kube-object.ts";
import { isList, isMap, jsonTypeWord, type JsonMap } from "./json-value.ts";
import {
  asResult,
  badRequest,
  type PatchFailure,
  type PatchResult,
  unprocessable,
} from "./patch-result.ts";

/** The real server takes no more operations in one patch. */
const OPERATIONS_MAX = 10_000;

const OPERATIONS = ["add", "remove", "replace", "move", "copy", "test"];

/** RFC 6902: add, remove, replace, move, copy, test. All operations or none. */
export function jsonPatch(original: KubeObject, patch: unknown): PatchResult {
  return asResult(() => {
    if (!isList(patch)) {
      throw badRequest(
        `json: cannot unmarshal ${jsonTypeWord(patch)} into Go value of type jsonpatch.Patch`,
      );
    }
    if (patch.length > OPERATIONS_MAX) {
      throw badRequest(
        `The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${patch.length}`,
      );
    }
    const patched: unknown = structuredClone(original);
    for (const operation of patch) applyOne(patched, operation);
    return patched as KubeObject;
  });
}

function applyOne(document: unknown, operation: unknown): void {
  if (!isMap(operation)) {
    throw badRequest(
      `json: cannot unmarshal ${jsonTypeWord(operation)} into Go value of type jsonpatch.Operation`,
    );
  }
  const { op } = operation;
  if (typeof op !== "string" || !OPERATIONS.includes(op)) {
    throw unprocessable(`Unexpected kind: ${typeof op === "string" ? op : "unknown"}`);
  }
  if (!isPointer(operation["path"])) {
    throw unprocessable(`${op} operation failed to decode path: missing value`);
  }
  if (["move", "copy"].includes(op) && !isPointer(operation["from"])) {
    throw unprocessable(`${op} operation failed to decode from: missing value`);
  }
  if (!tryOne(document, withValue(op, operation))) throw refusal(op, operation);
}

/** Absent means null, as it does for the real server. */
function withValue(op: string, operation: JsonMap): JsonMap {
  const needsValue = ["add", "replace", "test"].includes(op);
  return needsValue ? { ...operation, value: operation["value"] ?? null } : operation;
}

function tryOne(document: unknown, operation: JsonMap): boolean {
  try {
    return applyPatch(document, [operation as unknown as Operation])[0] === null;
  } catch (error) {
    // The package throws where a path leads into a text or number.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function refusal(op: string, operation: JsonMap): PatchFailure {
  const path = String(operation["path"]);
  if (op === "test") return unprocessable(`testing value ${path} failed: test failed`);
  return unprocessable(
    `${op} operation does not apply: doc is missing path: ${JSON.stringify(path)}: missing value`,
  );
}

function isPointer(value: unknown): boolean {
  return typeof value === "string" && (value === "" || value.startsWith("/"));
}
