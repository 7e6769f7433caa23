import type { ReplicaSet } from "kubernetes-types/apps/v1";
import { age } from "../printing/age.ts";
import { labelSelectorText } from "../printing/selector-text.ts";
import { templateCells } from "../printing/template-cells.ts";
import { column, defineKind, nameColumn, replicasScale, wideColumn } from "./define-kind.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { filled } from "./loose.ts";
import { defaultTemplate } from "./pod-spec-defaults.ts";
import { validateWorkload } from "./workload-rules.ts";

/** apps/v1 ReplicaSet. */
export const replicaSetKind: KindDefinition = defineKind<ReplicaSet>({
  group: "apps",
  version: "v1",
  kind: "ReplicaSet",
  plural: "replicasets",
  shortNames: ["rs"],
  categories: ["all"],
  namespaced: true,
  hasStatus: true,
  generation: "spec",
  scale: replicasScale,
  columns: [
    nameColumn,
    column("Desired", "integer"),
    column("Current", "integer"),
    column("Ready", "integer"),
    column("Age"),
    wideColumn("Containers"),
    wideColumn("Images"),
    wideColumn("Selector"),
  ],
  row: (set, { nowMs }) => ({
    cells: [
      set.metadata?.name ?? "",
      set.spec?.replicas ?? 0,
      set.status?.replicas ?? 0,
      set.status?.readyReplicas ?? 0,
      age(set.metadata?.creationTimestamp, nowMs),
      ...templateCells(set.spec?.template),
      labelSelectorText(set.spec?.selector),
    ],
  }),
  fieldSelectors: { "status.replicas": (set) => `${set.status?.replicas ?? 0}` },
  defaults: (set) => ({
    ...set,
    spec: { ...filled(set.spec, { replicas: 1 }), template: defaultTemplate(set.spec?.template) },
  }),
  validate: (set, old) =>
    validateWorkload({ spec: set.spec ?? {}, old: old?.spec, noun: "deployment" }),
});
