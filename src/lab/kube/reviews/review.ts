import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KubeObject } from "../kube-object.ts";
import { type Answer, jsonAnswer } from "../server/answer.ts";
import type { ApiServer } from "../server/api-server.ts";
import { acceptedBy, bodyOf, type Call } from "../server/call.ts";
import { decodeBody, objectOf } from "../server/decode.ts";
import { methodNotAllowed } from "../server/status-error.ts";
import type { User } from "../auth/user.ts";

/** What a review has to go by. */
interface Question {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly user: User;
  readonly server: ApiServer;
}

const ALLOWED = { allowed: true };

const EVERYTHING = {
  resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
  nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
  incomplete: false,
};

// Nothing is forbidden to anybody here, so reviews of access have one answer.
const REVIEWS: Readonly<Record<string, (question: Question) => object>> = {
  SelfSubjectAccessReview: () => ALLOWED,
  SubjectAccessReview: () => ALLOWED,
  LocalSubjectAccessReview: () => ALLOWED,
  SelfSubjectRulesReview: () => EVERYTHING,
  SelfSubjectReview: ({ user }) => ({ userInfo: userInfo(user) }),
  TokenReview: reviewToken,
};

/** POST of a review: a question that is answered and not stored. Throws StatusError. */
export async function answerReview(
  server: ApiServer,
  call: Call,
  kind: KindDefinition,
): Promise<Answer> {
  const review = REVIEWS[kind.kind];
  if (review === undefined) throw methodNotAllowed();
  const accepted = acceptedBy(call);
  const object = objectOf(server.cluster, kind, decodeBody(await bodyOf(call), kind.kind));
  const spec = (object["spec"] ?? {}) as Readonly<Record<string, unknown>>;
  const status = review({ spec, user: call.user, server });
  const { apiVersion, metadata, ...rest } = object;
  const answer: KubeObject = { ...rest, kind: kind.kind, apiVersion, metadata, spec, status };
  return jsonAnswer(201, JSON.stringify(answer), accepted);
}

function reviewToken({ spec, server }: Question): object {
  const token = spec["token"];
  const nowMs = server.cluster.time.nowMs();
  const user = typeof token === "string" ? server.tokens.recognise(token, nowMs) : undefined;
  if (user === undefined) {
    return { authenticated: false, user: {}, error: "the token is not known to this server" };
  }
  return { authenticated: true, user: userInfo(user), audiences: server.tokens.audiences() };
}

function userInfo({ name, groups, uid, extra }: User): object {
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  };
}
