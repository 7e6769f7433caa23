import { createObject } from "../objects/create.ts";
import { updateObject } from "../objects/update.ts";
import { forbidden, invalid, invalidMessage, required } from "../kinds/field-error.ts";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KubeObject } from "../kube-object.ts";
import { applyPatch } from "../patches/apply.ts";
import { jsonPatch } from "../patches/json-patch.ts";
import { goText } from "../patches/json-value.ts";
import { mergePatch } from "../patches/merge-patch.ts";
import type { PatchProblem, PatchResult } from "../patches/patch-result.ts";
import { restoreError } from "../patches/restore-error.ts";
import { strategicMergePatch } from "../patches/strategic-merge.ts";
import type { Answer } from "../server/answer.ts";
import { objectAnswer } from "../server/answer.ts";
import type { ApiServer } from "../server/api-server.ts";
import { acceptedBy, bodyOf, type Call, fieldCheckOf, writeOptionsOf } from "../server/call.ts";
import { type Cluster, tableOf } from "../server/cluster.ts";
import {
  checkFields,
  type FieldCheck,
  identifiedObject,
  mediaType,
  objectOf,
  parseYaml,
  type RawBody,
  requireShallow,
  typeProblem,
} from "../server/decode.ts";
import {
  badRequest,
  invalidObject,
  notFound,
  StatusError,
  unsupportedMediaType,
} from "../server/status-error.ts";
import { readBoolean } from "../objects/list-options.ts";
import { without } from "../without.ts";
import type { Place } from "./read.ts";

const JSON_PATCH = "application/json-patch+json";
const MERGE_PATCH = "application/merge-patch+json";
const STRATEGIC_PATCH = "application/strategic-merge-patch+json";
const APPLY_PATCH = "application/apply-patch+yaml";

/** PATCH of an object, or of one of its parts. Throws StatusError. */
export async function patchObject(
  { cluster }: ApiServer,
  call: Call,
  place: Place & { readonly name: string; readonly subresource?: string | undefined },
): Promise<Answer> {
  const { kind, namespace, name, subresource } = place;
  const accepted = acceptedBy(call);
  const options = writeOptionsOf(call, subresource);
  const check = fieldCheckOf(call);
  const shape = { accepted, query: call.query, nowMs: cluster.time.nowMs() };
  const type = patchType(cluster, kind, call);
  const body = await bodyOf(call);
  const key = { namespace, name };

  if (type === APPLY_PATCH) {
    const finish = (result: PatchResult): KubeObject =>
      checkFields(cluster, kind, objectOf(cluster, kind, patched(result)), check);
    const apply = readApply(cluster, call, { kind, name, body, subresource });
    if (tableOf(cluster, kind).get(key) === undefined) {
      if (subresource !== undefined) throw notFound(kind, name);
      const object = finish(apply(undefined));
      const created = createObject(cluster, { kind, object, namespace, applied: true }, options);
      return objectAnswer(shape, kind, created, 201);
    }
    const change = (current: KubeObject): KubeObject => finish(apply(current));
    const updated = updateObject(cluster, { kind, key, change, managersKnown: true }, options);
    return objectAnswer(shape, kind, updated);
  }
  const patch = parsePatch(body);
  const change = (current: KubeObject): KubeObject => {
    const result = patched(applyTo(cluster, kind, current, { type, patch }));
    return readable(cluster, kind, { type, patch, current, result, check });
  };
  return objectAnswer(shape, kind, updateObject(cluster, { kind, key, change }, options));
}

/** A patch of other things than stored objects, such as a Scale. Throws StatusError. */
export function patchedValue(
  current: KubeObject,
  { type, body }: { readonly type: string; readonly body: RawBody },
): KubeObject {
  const patch = parsePatch(body);
  // A Scale has no lists, so a strategic merge patch is a merge patch.
  const result = type === JSON_PATCH ? jsonPatch(current, patch) : mergePatch(current, patch);
  if (result.ok) return result.value;
  throw problemError(result.error);
}

/** The patched object, if it is one of the kind; the refusal holds what was patched. Throws StatusError. */
function readable(
  cluster: Cluster,
  kind: KindDefinition,
  work: {
    readonly type: string;
    readonly patch: unknown;
    readonly current: KubeObject;
    readonly result: KubeObject;
    readonly check: FieldCheck;
  },
): KubeObject {
  const { type, patch, current, check } = work;
  const object = identifiedObject(kind, work.result);
  // What the patch left as it was has been looked at when it was stored.
  const fresh = changedFields(object, current);
  const schema = cluster.schemaOf(kind);
  const isStrategic = type === STRATEGIC_PATCH && schema !== undefined;
  // The real server shows the patch itself in the one case, and what came of it in the others.
  const refuse = (why: string): StatusError =>
    invalidPatch(isStrategic ? goText(patch) : JSON.stringify(object), why);
  const problem = isStrategic ? restoreError(schema, fresh) : typeProblem(cluster, kind, fresh);
  if (problem !== undefined) throw refuse(problem);
  const known = checkFields(cluster, kind, fresh, { ...check, refuse });
  if (known === fresh) return object;
  return { ...without(object, ...Object.keys(fresh)), ...known };
}

function changedFields(object: KubeObject, current: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, ...rest } = object;
  const changed = Object.entries(rest).filter(([field, value]) => value !== current[field]);
  return { apiVersion, kind, metadata, ...Object.fromEntries(changed) };
}

function invalidPatch(value: string, why: string): StatusError {
  const cause = invalid("patch", value, why);
  const message = invalidMessage("", "", [cause]);
  return new StatusError({ code: 422, reason: "Invalid" }, message, { causes: [cause] });
}

function patchType(cluster: Cluster, kind: KindDefinition, call: Call): string {
  const type = mediaType(call.request.headers["content-type"]);
  const known = cluster.isCustom(kind)
    ? [JSON_PATCH, MERGE_PATCH, APPLY_PATCH]
    : [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH];
  if (!known.includes(type)) throw unsupportedMediaType(known);
  if (type !== APPLY_PATCH && readBoolean(call.query, "force") !== undefined) {
    const cause = forbidden("force", "may not be specified for non-apply patch");
    throw invalidObject({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [cause]);
  }
  return type;
}

function parsePatch({ bytes }: RawBody): unknown {
  requireShallow(bytes);
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch (error) {
    throw badRequest(
      `error decoding patch: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function applyTo(
  cluster: Cluster,
  kind: KindDefinition,
  current: KubeObject,
  { type, patch }: { readonly type: string; readonly patch: unknown },
): PatchResult {
  if (type === JSON_PATCH) return jsonPatch(current, patch);
  const schema = cluster.schemaOf(kind);
  if (type === STRATEGIC_PATCH && schema !== undefined) {
    return strategicMergePatch(schema, current, patch);
  }
  return mergePatch(current, patch);
}

function readApply(
  cluster: Cluster,
  call: Call,
  target: {
    readonly kind: KindDefinition;
    readonly name: string;
    readonly body: RawBody;
    readonly subresource: string | undefined;
  },
): (current: KubeObject | undefined) => PatchResult {
  const { kind, name, body, subresource } = target;
  const manager = call.query.get("fieldManager") ?? "";
  if (manager === "") {
    const cause = required("fieldManager", "is required for apply patch");
    throw invalidObject({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [cause]);
  }
  const given = identifiedObject(kind, parseYaml(body.bytes, kind.kind));
  const ownName = (given.metadata.name as string | undefined) ?? name;
  if (ownName !== name) {
    throw badRequest(
      `the name of the object (${ownName}) does not match the name on the URL (${name})`,
    );
  }
  const applied = { ...given, metadata: { ...given.metadata, name } };
  const force = readBoolean(call.query, "force") ?? false;
  const schema = cluster.schemaOf(kind) ?? { type: "object", preserveUnknown: true };
  return (current) =>
    applyPatch(schema, current, applied, {
      manager,
      force,
      timeMs: cluster.time.nowMs(),
      ...(subresource === undefined ? {} : { subresource }),
    });
}

function patched(result: PatchResult): KubeObject {
  if (result.ok) return result.value;
  throw problemError(result.error);
}

function problemError(problem: PatchProblem): StatusError {
  switch (problem.kind) {
    case "badRequest":
      return badRequest(problem.message);
    case "unprocessable":
      // The real server says no more than that: `problem.detail` is lost on the way.
      return new StatusError({ code: 422, reason: "Invalid" }, problem.message, {});
    case "internal":
      return new StatusError({ code: 500, reason: "" }, problem.message);
    case "conflict":
      return new StatusError({ code: 409, reason: "Conflict" }, problem.message, {
        causes: problem.conflicts.map((cause) => ({ reason: "FieldManagerConflict", ...cause })),
      });
  }
}
