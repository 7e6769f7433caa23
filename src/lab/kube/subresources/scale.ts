import { updateObject } from "../objects/update.ts";
import type { ScaleMapping } from "../kinds/kind-definition.ts";
import type { KubeObject } from "../kube-object.ts";
import { scaleOf, withScale } from "../kinds/scale.ts";
import { type Answer, jsonAnswer } from "../server/answer.ts";
import type { ApiServer } from "../server/api-server.ts";
import { acceptedBy, bodyOf, type Call, writeOptionsOf } from "../server/call.ts";
import { shown, tableOf } from "../server/cluster.ts";
import { decodeBody, mediaType, type RawBody } from "../server/decode.ts";
import {
  badRequest,
  invalidObject,
  notFound,
  unsupportedMediaType,
} from "../server/status-error.ts";
import { patchedValue } from "../verbs/patch.ts";
import type { Place } from "../verbs/read.ts";

const PATCHES = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
];

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

  const type = call.method === "PATCH" ? patchTypeOf(call) : undefined;
  const body = await bodyOf(call);
  const change = (current: KubeObject): KubeObject => {
    const next =
      type === undefined ? readScale(body) : patchedValue(scaleOf(current, scale), { type, body });
    return withReplicas(current, { next, scale });
  };
  return answer(updateObject(cluster, { kind, key, change }, writeOptionsOf(call)));
}

function patchTypeOf(call: Call): string {
  const type = mediaType(call.request.headers["content-type"]);
  if (PATCHES.includes(type)) return type;
  throw unsupportedMediaType(PATCHES);
}

function withReplicas(
  current: KubeObject,
  { next, scale }: { readonly next: KubeObject; readonly scale: ScaleMapping },
): KubeObject {
  const { object, causes } = withScale(current, scale, next);
  const { name } = current.metadata;
  if (causes.length > 0) throw invalidObject({ group: "autoscaling", kind: "Scale" }, name, causes);
  const { resourceVersion } = next.metadata as Partial<KubeObject["metadata"]>;
  if (resourceVersion === undefined) return object;
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}

function readScale(body: RawBody): KubeObject {
  const decoded = decodeBody(body, "Scale") as { spec?: { replicas?: unknown } } | null;
  const replicas = decoded?.spec?.replicas ?? 0;
  if (decoded === null || typeof decoded !== "object" || !Number.isInteger(replicas)) {
    throw badRequest(
      'Scale in version "v1" cannot be handled as a Scale: spec.replicas must be a whole number',
    );
  }
  return { metadata: {}, ...decoded } as unknown as KubeObject;
}
