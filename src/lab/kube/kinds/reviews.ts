import { defineKind, type KindText } from "./define-kind.ts";
import type { AdmissionContext, KindDefinition } from "./kind-definition.ts";

interface Review {
  readonly metadata?: { readonly name?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** Groups that everybody who has a name belongs to. */
const AUTHENTICATED = "system:authenticated";

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
    userInfo: userInfo(context.user ?? "kubernetes-admin"),
  })),
  review("authentication.k8s.io", "TokenReview", (spec, context) => {
    const token = spec["token"];
    const user = typeof token === "string" ? context.userOfToken?.(token) : undefined;
    return user === undefined
      ? { authenticated: false, error: "invalid bearer token" }
      : { authenticated: true, user: userInfo(user) };
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

function userInfo(username: string): Readonly<Record<string, unknown>> {
  const groups = username.startsWith("system:serviceaccount:")
    ? [
        "system:serviceaccounts",
        `system:serviceaccounts:${username.split(":")[2] ?? ""}`,
        AUTHENTICATED,
      ]
    : username.startsWith("system:node:")
      ? ["system:nodes", AUTHENTICATED]
      : ["system:masters", AUTHENTICATED];
  return { username, groups };
}
