import type { KindDefinition } from "../kinds/kind-definition.ts";
import { bindPod, postBinding } from "../subresources/binding.ts";
import { evictPod } from "../subresources/eviction.ts";
import { serveLog } from "../subresources/log.ts";
import { serveScale } from "../subresources/scale.ts";
import { requestToken } from "../subresources/token.ts";
import { UPGRADED } from "../subresources/upgrade.ts";
import { removeObject, removeObjects } from "../verbs/delete.ts";
import { patchObject } from "../verbs/patch.ts";
import { getObject, listObjects, type Place } from "../verbs/read.ts";
import { answerReview } from "../verbs/review.ts";
import { postObject, putObject } from "../verbs/write.ts";
import type { Answer } from "./answer.ts";
import type { ApiServer } from "./api-server.ts";
import type { Call } from "./call.ts";
import type { RequestTarget } from "./request-target.ts";
import { badRequest, methodNotAllowed, unknownPath } from "./status-error.ts";

/** The answer to a request; undefined when it is being streamed. */
export type Served = Promise<Answer | undefined> | Answer | undefined;

type ObjectsTarget = Extract<RequestTarget, { kind: "objects" }>;

/** Passes a request for objects to what serves it. Throws StatusError, now or later. */
export function dispatch(server: ApiServer, call: Call, target: ObjectsTarget): Served {
  const kind = server.cluster.kinds.byResource(target);
  if (kind === undefined) throw unknownPath();
  const { namespace, name, subresource } = target;
  if (namespace !== undefined && !kind.namespaced) throw unknownPath();
  const place = { kind, namespace };
  if (!kind.stored) {
    if (call.method !== "POST" || name !== undefined) throw methodNotAllowed();
    if (kind.plural === "bindings") return postBound(server, call, namespace);
    return answerReview(server, call, kind);
  }
  if (name === undefined) return dispatchCollection(server, call, place);
  if (kind.namespaced && namespace === undefined) throw unknownPath();
  if (subresource === undefined) return dispatchObject(server, call, { ...place, name });
  return dispatchSubresource(server, call, { ...place, name, subresource });
}

// `bindings` has no objects of its own: what is posted to it binds a pod.
function postBound(server: ApiServer, call: Call, namespace: string | undefined): Served {
  const pods = server.cluster.kinds.storing({ group: "", plural: "pods" });
  if (pods === undefined || namespace === undefined) throw unknownPath();
  return postBinding(server, call, { pods, namespace });
}

function dispatchCollection(server: ApiServer, call: Call, place: Place): Served {
  const { kind, namespace } = place;
  const everywhere = kind.namespaced && namespace === undefined;
  switch (call.method) {
    case "GET":
    case "HEAD":
      if (!kind.verbs.includes("list")) throw methodNotAllowed();
      return listObjects(server, call, place);
    case "POST":
      if (everywhere || !kind.verbs.includes("create")) throw methodNotAllowed();
      return postObject(server, call, place);
    case "DELETE":
      if (everywhere || !kind.verbs.includes("deletecollection")) throw methodNotAllowed();
      return removeObjects(server, call, place);
    default:
      throw methodNotAllowed();
  }
}

function dispatchObject(
  server: ApiServer,
  call: Call,
  place: Place & { readonly name: string },
): Served {
  const { verbs } = place.kind;
  switch (call.method) {
    case "GET":
    case "HEAD":
      if (!verbs.includes("get")) throw methodNotAllowed();
      return getObject(server, call, place);
    case "PUT":
      if (!verbs.includes("update")) throw methodNotAllowed();
      return putObject(server, call, place);
    case "PATCH":
      if (!verbs.includes("patch")) throw methodNotAllowed();
      return patchObject(server, call, place);
    case "DELETE":
      if (!verbs.includes("delete")) throw methodNotAllowed();
      return removeObject(server, call, place);
    default:
      throw methodNotAllowed();
  }
}

interface PartPlace extends Place {
  readonly name: string;
  readonly subresource: string;
}

function dispatchSubresource(server: ApiServer, call: Call, place: PartPlace): Served {
  const { kind, subresource } = place;
  if (kind.scale !== undefined && subresource === "scale") {
    if (!["GET", "PUT", "PATCH"].includes(call.method)) throw methodNotAllowed();
    return serveScale(server, call, { ...place, scale: kind.scale });
  }
  if (!hasPart(kind, subresource)) throw unknownPath();
  const action = ACTIONS[`${call.method} ${kind.plural}/${subresource}`];
  if (action !== undefined) return action(server, call, place);
  if (UPGRADED.includes(subresource)) {
    throw badRequest("Upgrade request required");
  }
  return dispatchPart(server, call, place);
}

/** What subresources do that are no parts of an object. */
const ACTIONS: Readonly<
  Record<string, (server: ApiServer, call: Call, place: PartPlace) => Served>
> = {
  "POST pods/binding": bindPod,
  "POST pods/eviction": evictPod,
  "GET pods/log": serveLog,
  "POST serviceaccounts/token": requestToken,
};

// `status`, `finalize`, `ephemeralcontainers` … are the object itself, with only a part of it written.
function dispatchPart(server: ApiServer, call: Call, place: PartPlace): Served {
  const served = place.kind.subresources.find(({ name }) => name === place.subresource);
  const verbs = served?.verbs ?? ["get", "update", "patch"];
  switch (call.method) {
    case "GET":
      if (!verbs.includes("get")) throw methodNotAllowed();
      return getObject(server, call, place);
    case "PUT":
      if (!verbs.includes("update")) throw methodNotAllowed();
      return putObject(server, call, place);
    case "PATCH":
      if (!verbs.includes("patch")) throw methodNotAllowed();
      return patchObject(server, call, place);
    default:
      throw methodNotAllowed();
  }
}

function hasPart(kind: KindDefinition, subresource: string): boolean {
  if (subresource === "status" && kind.hasStatus) return true;
  return kind.subresources.some(({ name }) => name === subresource);
}
