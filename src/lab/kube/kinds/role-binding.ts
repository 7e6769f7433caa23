import type { ClusterRoleBinding, RoleBinding, Subject } from "kubernetes-types/rbac/v1";
import { age } from "../printing/age.ts";
import { oneOf } from "./container-rules.ts";
import { column, defineKind, nameColumn, wideColumn } from "./define-kind.ts";
import { invalid, required, type FieldCause } from "./field-error.ts";
import type { KindDefinition, Row } from "./kind-definition.ts";
import { filled, type Loose } from "./loose.ts";
import { sameJson } from "./same-json.ts";

type Binding = Loose<RoleBinding | ClusterRoleBinding>;

const GROUP = "rbac.authorization.k8s.io";

const common = {
  group: GROUP,
  version: "v1",
  nameRule: "pathSegment",
  columns: [
    nameColumn,
    column("Role"),
    column("Age"),
    wideColumn("Users"),
    wideColumn("Groups"),
    wideColumn("ServiceAccounts"),
  ],
} as const;

/** rbac.authorization.k8s.io/v1 RoleBinding; stored only. */
export const roleBindingKind: KindDefinition = defineKind<RoleBinding>({
  ...common,
  kind: "RoleBinding",
  plural: "rolebindings",
  namespaced: true,
  row: bindingRow,
  defaults: (binding) => ({ ...binding, ...defaultParts(binding) }),
  validate: (next, old) => validateBinding(next, old, ["ClusterRole", "Role"]),
});

/** rbac.authorization.k8s.io/v1 ClusterRoleBinding; stored only. */
export const clusterRoleBindingKind: KindDefinition = defineKind<ClusterRoleBinding>({
  ...common,
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  namespaced: false,
  row: bindingRow,
  defaults: (binding) => ({ ...binding, ...defaultParts(binding) }),
  validate: (next, old) => validateBinding(next, old, ["ClusterRole"]),
});

function bindingRow(binding: Binding, { nowMs }: { nowMs: number }): Row {
  const names = (kind: string): string =>
    (binding.subjects ?? [])
      .filter((subject) => subject.kind === kind)
      .map((subject) =>
        kind === "ServiceAccount"
          ? `${subject.namespace ?? ""}/${subject.name ?? ""}`
          : (subject.name ?? ""),
      )
      .join(", ");
  return {
    cells: [
      binding.metadata?.name ?? "",
      `${binding.roleRef?.kind ?? ""}/${binding.roleRef?.name ?? ""}`,
      age(binding.metadata?.creationTimestamp, nowMs),
      names("User"),
      names("Group"),
      names("ServiceAccount"),
    ],
  };
}

function defaultParts(binding: Binding): Pick<Binding, "roleRef" | "subjects"> {
  return {
    roleRef: filled(binding.roleRef, { apiGroup: GROUP }),
    ...(binding.subjects === undefined ? {} : { subjects: binding.subjects.map(defaultSubject) }),
  };
}

function defaultSubject(subject: Loose<Subject>): Loose<Subject> {
  return subject.kind === "User" || subject.kind === "Group"
    ? filled(subject, { apiGroup: GROUP })
    : subject;
}

function validateBinding(
  next: Binding,
  old: Binding | undefined,
  roleKinds: readonly string[],
): FieldCause[] {
  return [
    ...oneOf(next.roleRef?.kind ?? "", roleKinds, "roleRef.kind"),
    ...((next.roleRef?.name ?? "") === "" ? [required("roleRef.name")] : []),
    ...(next.subjects ?? []).flatMap((subject, index) => [
      ...((subject.name ?? "") === "" ? [required(`subjects[${index}].name`)] : []),
      ...oneOf(subject.kind ?? "", ["Group", "ServiceAccount", "User"], `subjects[${index}].kind`),
      ...(subject.kind === "ServiceAccount" && (subject.namespace ?? "") === ""
        ? [required(`subjects[${index}].namespace`)]
        : []),
    ]),
    ...(old === undefined || sameJson(next.roleRef, old.roleRef)
      ? []
      : [invalid("roleRef", next.roleRef, "cannot change roleRef")]),
  ];
}
