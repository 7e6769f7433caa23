import { createObject } from "../objects/create.ts";
import { updateObject } from "../objects/update.ts";
import { requireServiceAccount } from "../objects/service-account.ts";
import { invalid } from "../kinds/field-error.ts";
import type { Answer } from "../server/answer.ts";
import { objectAnswer } from "../server/answer.ts";
import type { ApiServer } from "../server/api-server.ts";
import { acceptedBy, bodyOf, type Call, fieldCheckOf, writeOptionsOf } from "../server/call.ts";
import { checkFields, decodeBody, objectOf } from "../server/decode.ts";
import { badRequest, invalidObject } from "../server/status-error.ts";
import type { Place } from "./read.ts";

/** POST of an object. Throws StatusError. */
export async function postObject(
  { cluster }: ApiServer,
  call: Call,
  { kind, namespace }: Place,
): Promise<Answer> {
  const accepted = acceptedBy(call);
  const options = writeOptionsOf(call);
  const check = fieldCheckOf(call);
  const given = objectOf(cluster, kind, decodeBody(await bodyOf(call), kind.kind));
  const object = checkFields(cluster, kind, given, check);
  if (kind.kind === "Pod" && kind.group === "") {
    await requireServiceAccount(cluster, kind, { object, namespace: namespace ?? "" });
  }
  const created = createObject(cluster, { kind, object, namespace }, options);
  const nowMs = cluster.time.nowMs();
  return objectAnswer({ accepted, query: call.query, nowMs }, kind, created, 201);
}

/** PUT of an object, or of one of its parts. Throws StatusError. */
export async function putObject(
  { cluster }: ApiServer,
  call: Call,
  place: Place & { readonly name: string; readonly subresource?: string | undefined },
): Promise<Answer> {
  const { kind, namespace, name, subresource } = place;
  const accepted = acceptedBy(call);
  const options = writeOptionsOf(call, subresource);
  const check = fieldCheckOf(call);
  const given = objectOf(cluster, kind, decodeBody(await bodyOf(call), kind.kind));
  if ((given.metadata.name as string | undefined) === undefined) {
    throw badRequest("name must be provided");
  }
  const object = checkFields(cluster, kind, given, check);
  if (cluster.isCustom(kind) && (object.metadata.resourceVersion ?? "") === "") {
    const cause = invalid("metadata.resourceVersion", 0, "must be specified for an update");
    throw invalidObject(kind, name, [cause]);
  }
  const updated = updateObject(
    cluster,
    { kind, key: { namespace, name }, change: () => object },
    options,
  );
  const nowMs = cluster.time.nowMs();
  return objectAnswer({ accepted, query: call.query, nowMs }, kind, updated);
}
