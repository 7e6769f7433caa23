import { invalid } from "../kinds/field-error.ts";
import { type Answer, jsonAnswer } from "../server/answer.ts";
import type { ApiServer } from "../server/api-server.ts";
import { acceptedBy, bodyOf, type Call } from "../server/call.ts";
import { tableOf, timestamp } from "../server/cluster.ts";
import { decodeBody } from "../server/decode.ts";
import { badRequest, invalidObject, notFound } from "../server/status-error.ts";
import type { Place } from "../verbs/read.ts";

const SHORTEST_SECONDS = 600;
const DEFAULT_SECONDS = 3_600;

interface TokenRequest {
  readonly spec?: {
    readonly audiences?: readonly string[];
    readonly expirationSeconds?: number;
    readonly boundObjectRef?: {
      readonly kind?: string;
      readonly name?: string;
      readonly uid?: string;
    };
  };
}

/** POST of a TokenRequest (authentication.k8s.io/v1): a token of a service account. Throws StatusError. */
export async function requestToken(
  { cluster, tokens }: ApiServer,
  call: Call,
  { kind, namespace = "", name }: Place & { readonly name: string },
): Promise<Answer> {
  const accepted = acceptedBy(call);
  const body = await bodyOf(call);
  const account = tableOf(cluster, kind).get({ namespace, name });
  if (account === undefined) throw notFound(kind, name);
  const { spec = {} } = readRequest(body);
  const seconds = spec.expirationSeconds ?? DEFAULT_SECONDS;
  if (seconds < SHORTEST_SECONDS) {
    const cause = invalid(
      "spec.expirationSeconds",
      seconds,
      "may not specify a duration less than 10 minutes",
    );
    throw invalidObject({ group: "authentication.k8s.io", kind: "TokenRequest" }, "", [cause]);
  }
  const nowMs = cluster.time.nowMs();
  const untilMs = nowMs + seconds * 1_000;
  const token = tokens.issue({
    user: `system:serviceaccount:${namespace}:${name}`,
    ...(account.metadata.uid === undefined ? {} : { uid: account.metadata.uid }),
    nowMs,
    untilMs,
    audiences: spec.audiences ?? [],
  });
  const answer = {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { name, namespace, creationTimestamp: timestamp(nowMs) },
    spec: { audiences: tokens.audiences(spec.audiences), ...spec, expirationSeconds: seconds },
    status: { token, expirationTimestamp: timestamp(untilMs) },
  };
  return jsonAnswer(201, JSON.stringify(answer), accepted);
}

function readRequest(body: Parameters<typeof decodeBody>[0]): TokenRequest {
  const decoded = body.bytes.length === 0 ? {} : decodeBody(body, "TokenRequest");
  if (typeof decoded !== "object" || decoded === null) {
    throw badRequest("a TokenRequest is an object");
  }
  return decoded;
}
