import { defineKind, type KindText } from "./define-kind.ts";
import type { AdmissionContext, KindDefinition, UserInfo } from "./kind-definition.ts";

interface Review {
  readonly metadata?: { readonly name?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** Who comes without a certificate or token that is known. */
const ANONYMOUS: UserInfo = { username: "system:anonymous", groups: ["system:unauthenticated"] };

/**
 * Questions to the server, answered by `prepareCreate` and never stored. The lab allows everything,
 * so the answers say that.
 */
export const reviewKinds: readonly KindDefinition[] = [
  review("authorization.k8s.io", "SelfSubjectAccessReview", () => ({ allowed: true })),
  review("authorization.k8s.io", "SubjectAccessReview", () => ({ allowed: true })),
  review("authorization.k8s.io", "LocalSubjectAccessReview", () => ({ allowed: true }), {
    namespaced: true,
  }),
  review("authorization.k8s.io", "SelfSubjectRulesReview", () => ({
    resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
    nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
    incomplete: false,
  })),
  review("authentication.k8s.io", "SelfSubjectReview", (_spec, context) => ({
    userInfo: context.userInfo ?? ANONYMOUS,
  })),
  review("authentication.k8s.io", "TokenReview", (spec, context) => {
    const token = spec["token"];
    const user = typeof token === "string" ? context.userOfToken?.(token) : undefined;
    return user === undefined
      ? { authenticated: false, error: "invalid bearer token" }
      : { authenticated: true, user };
  }),
];

type Answer = (
  spec: Readonly<Record<string, unknown>>,
  context: AdmissionContext,
) => Readonly<Record<string, unknown>>;

function review(
  group: string,
  kind: string,
  answer: Answer,
  more: Partial<KindText<Review>> = {},
): KindDefinition {
  return defineKind<Review>({
    group,
    version: "v1",
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced: false,
    stored: false,
    verbs: ["create"],
    nameRule: "any",
    prepareCreate: (object, context) => ({
      ...object,
      status: answer(object.spec ?? {}, context),
    }),
    ...more,
  });
}
