import { admissionContext } from "../objects/admission-context.ts";
import { requireValid } from "../objects/refusals.ts";
import { admitCreate } from "../kinds/admission.ts";
import type { KindDefinition, UserInfo } from "../kinds/kind-definition.ts";
import { type Answer, objectAnswer } from "../server/answer.ts";
import type { ApiServer } from "../server/api-server.ts";
import { acceptedBy, bodyOf, type Call, fieldCheckOf, writeOptionsOf } from "../server/call.ts";
import { checkFields, decodeBody, objectOf } from "../server/decode.ts";
import type { User } from "../auth/user.ts";

/** POST of a review: a question that its kind answers, and that is not stored. Throws StatusError. */
export async function answerReview(
  { cluster, tokens }: ApiServer,
  call: Call,
  kind: KindDefinition,
): Promise<Answer> {
  const accepted = acceptedBy(call);
  const check = fieldCheckOf(call);
  const given = objectOf(cluster, kind, decodeBody(await bodyOf(call), kind.kind));
  const object = checkFields(cluster, kind, given, check);
  const context = admissionContext(cluster, writeOptionsOf(call));
  const { nowMs } = context;
  const admitted = admitCreate(kind, withName(object), {
    ...context,
    userInfo: userInfo(call.user),
    userOfToken(token) {
      const user = tokens.recognise(token, nowMs);
      return user === undefined ? undefined : userInfo(user);
    },
  });
  requireValid(kind, admitted);
  const answer = { ...admitted.object, metadata: object.metadata };
  return objectAnswer({ accepted, query: call.query, nowMs }, kind, answer, 201);
}

// Reviews have no names, which objects must have.
function withName(object: Parameters<typeof admitCreate>[1]): Parameters<typeof admitCreate>[1] {
  return { ...object, metadata: { ...object.metadata, name: "review" } };
}

function userInfo({ name, groups, uid }: User): UserInfo {
  return { username: name, ...(uid === undefined ? {} : { uid }), groups };
}
