import type { ClusterRole, PolicyRule, Role } from "kubernetes-types/rbac/v1";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import { required, type FieldCause } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";
import type { Loose } from "./loose.ts";

const common = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  nameRule: "pathSegment",
  // The real server prints the time of creation here, not the age.
  columns: [nameColumn, column("Created At", "date")],
} as const;

/** rbac.authorization.k8s.io/v1 Role; stored only. */
export const roleKind: KindDefinition = defineKind<Role>({
  ...common,
  kind: "Role",
  plural: "roles",
  namespaced: true,
  row: ({ metadata }) => ({
    cells: [metadata?.name ?? "", metadata?.creationTimestamp ?? "<unknown>"],
  }),
  validate: ({ rules }) => validateRules(rules ?? [], { namespaced: true }),
});

/** rbac.authorization.k8s.io/v1 ClusterRole; stored only. */
export const clusterRoleKind: KindDefinition = defineKind<ClusterRole>({
  ...common,
  kind: "ClusterRole",
  plural: "clusterroles",
  namespaced: false,
  row: ({ metadata }) => ({
    cells: [metadata?.name ?? "", metadata?.creationTimestamp ?? "<unknown>"],
  }),
  validate: ({ rules }) => validateRules(rules ?? [], { namespaced: false }),
});

function validateRules(
  rules: readonly Loose<PolicyRule>[],
  { namespaced }: { namespaced: boolean },
): FieldCause[] {
  return rules.flatMap((rule, index) => {
    const field = `rules[${index}]`;
    if ((rule.verbs ?? []).length === 0) {
      return [required(`${field}.verbs`, "verbs must contain at least one value")];
    }
    if ((rule.nonResourceURLs ?? []).length > 0 && !namespaced) return [];
    return [
      ...((rule.apiGroups ?? []).length === 0
        ? [required(`${field}.apiGroups`, "resource rules must supply at least one api group")]
        : []),
      ...((rule.resources ?? []).length === 0
        ? [required(`${field}.resources`, "resource rules must supply at least one resource")]
        : []),
    ];
  });
}
