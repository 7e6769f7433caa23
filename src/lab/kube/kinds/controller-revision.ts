import type { ControllerRevision } from "kubernetes-types/apps/v1";
import { age } from "../printing/age.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import { invalid } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";
import type { Loose } from "./loose.ts";
import { immutable, nonNegative } from "./workload-rules.ts";

/** apps/v1 ControllerRevision. */
export const controllerRevisionKind: KindDefinition = defineKind<ControllerRevision>({
  group: "apps",
  version: "v1",
  kind: "ControllerRevision",
  plural: "controllerrevisions",
  namespaced: true,
  columns: [nameColumn, column("Controller"), column("Revision", "integer"), column("Age")],
  row: (revision, { nowMs }) => ({
    cells: [
      revision.metadata?.name ?? "",
      controllerText(revision),
      revision.revision ?? 0,
      age(revision.metadata?.creationTimestamp, nowMs),
    ],
  }),
  validate: (revision, old) => [
    ...(revision.revision === undefined
      ? [invalid("revision", null, "must be set")]
      : nonNegative(revision.revision, "revision")),
    ...(old === undefined ? [] : immutable(revision.data, old.data, "data")),
  ],
});

function controllerText(revision: Loose<ControllerRevision>): string {
  const owner = revision.metadata?.ownerReferences?.find((one) => one.controller === true);
  if (owner === undefined) return "<none>";
  const group = (owner.apiVersion ?? "").split("/");
  const suffix = group.length === 2 ? `.${group[0] ?? ""}` : "";
  return `${(owner.kind ?? "").toLowerCase()}${suffix}/${owner.name ?? ""}`;
}
