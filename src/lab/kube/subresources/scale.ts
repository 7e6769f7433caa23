import { updateObject } from "../objects/update.ts";
import { invalid } from "../kinds/field-error.ts";
import type { KindDefinition, ScaleMapping } from "../kinds/kind-definition.ts";
import type { KubeObject } from "../kube-object.ts";
import { type LabelSelector, selectorText } from "../selectors/label-selector.ts";
import { type Answer, jsonAnswer } from "../server/answer.ts";
import type { ApiServer } from "../server/api-server.ts";
import { acceptedBy, bodyOf, type Call, writeOptionsOf } from "../server/call.ts";
import { shown, tableOf } from "../server/cluster.ts";
import { decodeBody, mediaType } from "../server/decode.ts";
import { badRequest, invalidObject, notFound } from "../server/status-error.ts";
import { patchedValue } from "../verbs/patch.ts";
import type { Place } from "../verbs/read.ts";

const PATCHES = ["application/merge-patch+json", "application/strategic-merge-patch+json"];

/** GET, PUT and PATCH of the `scale` of an object (autoscaling/v1 Scale). Throws StatusError. */
export async function serveScale(
  { cluster }: ApiServer,
  call: Call,
  { kind, namespace, name, scale }: Place & { readonly name: string; readonly scale: ScaleMapping },
): Promise<Answer> {
  const accepted = acceptedBy(call);
  const key = { namespace, name };
  const stored = tableOf(cluster, kind).get(key);
  if (stored === undefined) throw notFound(kind, name);
  const answer = (object: KubeObject): Answer =>
    jsonAnswer(200, JSON.stringify(scaleOf(object, scale)), accepted);
  if (call.method === "GET") return answer(shown(kind, stored));

  const body = await bodyOf(call);
  const wanted = (current: KubeObject): KubeObject =>
    call.method === "PATCH"
      ? patchedValue(scaleOf(current, scale), { type: patchTypeOf(call), body })
      : (decodeBody(body, "Scale") as KubeObject);
  const change = (current: KubeObject): KubeObject => {
    const next = wanted(current);
    const replicas = replicasOf(kind, name, next);
    const changed = setAt(current, scale.specReplicas, replicas) as KubeObject;
    const { resourceVersion } = next.metadata as Partial<KubeObject["metadata"]>;
    if (resourceVersion === undefined) return changed;
    return { ...changed, metadata: { ...changed.metadata, resourceVersion } };
  };
  return answer(updateObject(cluster, { kind, key, change }, writeOptionsOf(call)));
}

function patchTypeOf(call: Call): string {
  const type = mediaType(call.request.headers["content-type"]);
  return PATCHES.includes(type) ? (PATCHES[0] ?? type) : type;
}

function replicasOf(kind: KindDefinition, name: string, next: unknown): number {
  const { spec, metadata } = next as { spec?: { replicas?: unknown }; metadata?: unknown };
  if (typeof metadata !== "object" || metadata === null) throw badRequest("a Scale has metadata");
  const replicas = spec?.replicas ?? 0;
  if (typeof replicas === "number" && Number.isInteger(replicas) && replicas >= 0) return replicas;
  const cause = invalid("spec.replicas", replicas, "must be greater than or equal to 0");
  throw invalidObject({ group: "autoscaling", kind: "Scale" }, name || kind.kind, [cause]);
}

function scaleOf(object: KubeObject, scale: ScaleMapping): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = scale.selector === undefined ? undefined : readAt(object, scale.selector);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: { replicas: readAt(object, scale.specReplicas) ?? 0 },
    status: {
      replicas: readAt(object, scale.statusReplicas) ?? 0,
      ...(selector === undefined ? {} : { selector: selectorOf(selector) }),
    },
  };
}

function selectorOf(selector: unknown): string {
  if (typeof selector === "string") return selector;
  if (typeof selector !== "object" || selector === null) return "";
  const structured = "matchLabels" in selector || "matchExpressions" in selector;
  return selectorText((structured ? selector : { matchLabels: selector }) as LabelSelector);
}

function readAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined,
    value,
  );
}

function setAt(value: unknown, [key, ...rest]: readonly string[], leaf: unknown): unknown {
  if (key === undefined) return leaf;
  const at = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  return { ...at, [key]: setAt(at[key], rest, leaf) };
}
