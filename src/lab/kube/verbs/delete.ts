import { deleteObject } from "../objects/delete.ts";
import type { DeleteOptions } from "../objects/deletion.ts";
import { readSelection } from "../objects/selection.ts";
import { readBoolean, readListOptions } from "../objects/list-options.ts";
import type { Answer } from "../server/answer.ts";
import { jsonAnswer, objectAnswer, successAnswer } from "../server/answer.ts";
import type { ApiServer } from "../server/api-server.ts";
import { acceptedBy, bodyOf, type Call, isDryRun } from "../server/call.ts";
import { decodeBody } from "../server/decode.ts";
import { badRequest } from "../server/status-error.ts";
import { listText, type Place } from "./read.ts";

// The real server answers the deletion of these with the object itself, of all others with a Status.
const RETURNED = ["pods", "services", "serviceaccounts", "resourcequotas", "podtemplates"];

/** DELETE of one object. Throws StatusError. */
export async function removeObject(
  { cluster }: ApiServer,
  call: Call,
  { kind, namespace, name }: Place & { readonly name: string },
): Promise<Answer> {
  const accepted = acceptedBy(call);
  const options = await deleteOptionsOf(call);
  const dryRun = isDryRun([...call.query.getAll("dryRun"), ...(options.dryRun ?? [])]);
  const key = { namespace, name };
  const { gone, object } = deleteObject(cluster, { kind, key, options, dryRun });
  if (gone && !(kind.group === "" && RETURNED.includes(kind.plural))) {
    const { uid } = object.metadata;
    return successAnswer(200, {
      name,
      ...(kind.group === "" ? {} : { group: kind.group }),
      kind: kind.plural,
      ...(uid === undefined ? {} : { uid }),
    });
  }
  const status = !gone && options.orphanDependents === false ? 202 : 200;
  const nowMs = cluster.time.nowMs();
  return objectAnswer({ accepted, query: call.query, nowMs }, kind, object, status);
}

/** DELETE of all objects that are selected. Throws StatusError. */
export async function removeObjects(
  server: ApiServer,
  call: Call,
  { kind, namespace }: Place,
): Promise<Answer> {
  const { cluster, lister } = server;
  const accepted = acceptedBy(call);
  const selection = readSelection(kind, namespace, call.query);
  const listOptions = readListOptions(call.query, "list");
  const options = await deleteOptionsOf(call);
  const dryRun = isDryRun([...call.query.getAll("dryRun"), ...(options.dryRun ?? [])]);
  const page = lister.list(selection, listOptions);
  for (const { metadata } of page.objects) {
    deleteObject(cluster, { kind, key: metadata, options, dryRun });
  }
  return jsonAnswer(200, listText(cluster, selection, page, { kind: "object" }), accepted);
}

/** The options of a deletion: of the body, or of the query when there is no body. Throws StatusError. */
async function deleteOptionsOf(call: Call): Promise<DeleteOptions> {
  const body = await bodyOf(call);
  const options = body.bytes.length === 0 ? fromQuery(call.query) : fromBody(body);
  if (options.orphanDependents !== undefined && options.propagationPolicy !== undefined) {
    throw badRequest("orphanDependents and deletionPropagation cannot be both set");
  }
  return options;
}

function fromBody(body: Parameters<typeof decodeBody>[0]): DeleteOptions {
  const decoded = decodeBody(body, "DeleteOptions");
  if (typeof decoded !== "object" || decoded === null || Array.isArray(decoded)) {
    throw badRequest("the body of a deletion must be a DeleteOptions object");
  }
  const { kind = "DeleteOptions" } = decoded as { kind?: unknown };
  if (kind !== "DeleteOptions" && kind !== "") {
    throw badRequest(`the body of a deletion must be DeleteOptions, not ${JSON.stringify(kind)}`);
  }
  const options = withoutNulls(decoded) as DeleteOptions;
  const { gracePeriodSeconds } = options;
  if (gracePeriodSeconds !== undefined && !Number.isInteger(gracePeriodSeconds)) {
    throw badRequest(
      "DeleteOptions cannot be read: gracePeriodSeconds must be a whole number of seconds",
    );
  }
  return options;
}

function fromQuery(query: URLSearchParams): DeleteOptions {
  const grace = query.get("gracePeriodSeconds") ?? "";
  if (grace !== "" && !/^-?\d{1,9}$/.test(grace)) {
    throw badRequest(`gracePeriodSeconds must be a whole number, not ${JSON.stringify(grace)}`);
  }
  const propagationPolicy = query.get("propagationPolicy") ?? "";
  const orphanDependents = readBoolean(query, "orphanDependents");
  return {
    ...(grace === "" ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(propagationPolicy === "" ? {} : { propagationPolicy }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
  };
}

function withoutNulls(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}
