import type { StatefulSet, StatefulSetSpec } from "kubernetes-types/apps/v1";
import { age } from "../printing/age.ts";
import { templateCells } from "../printing/template-cells.ts";
import { oneOf } from "./container-rules.ts";
import { column, defineKind, nameColumn, replicasScale, wideColumn } from "./define-kind.ts";
import { forbidden, type FieldCause } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { filled, without, type Loose } from "./loose.ts";
import { defaultClaimSpec } from "./persistent-volume-claim.ts";
import { defaultTemplate } from "./pod-spec-defaults.ts";
import { sameJson } from "./same-json.ts";
import { validateWorkload } from "./workload-rules.ts";

const MAY_CHANGE =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/** apps/v1 StatefulSet. */
export const statefulSetKind: KindDefinition = defineKind<StatefulSet>({
  group: "apps",
  version: "v1",
  kind: "StatefulSet",
  plural: "statefulsets",
  shortNames: ["sts"],
  categories: ["all"],
  namespaced: true,
  hasStatus: true,
  generation: "spec",
  scale: replicasScale,
  columns: [
    nameColumn,
    column("Ready"),
    column("Age"),
    wideColumn("Containers"),
    wideColumn("Images"),
  ],
  row: (set, { nowMs }) => ({
    cells: [
      set.metadata?.name ?? "",
      `${set.status?.readyReplicas ?? 0}/${set.spec?.replicas ?? 0}`,
      age(set.metadata?.creationTimestamp, nowMs),
      ...templateCells(set.spec?.template),
    ],
  }),
  defaults: (set) => ({ ...set, spec: defaultSpec(set.spec ?? {}) }),
  validate: (set, old) => [
    ...validateWorkload({ spec: set.spec ?? {}, old: undefined, noun: "statefulset" }),
    ...oneOf(
      set.spec?.podManagementPolicy,
      ["OrderedReady", "Parallel"],
      "spec.podManagementPolicy",
    ),
    ...oneOf(
      set.spec?.updateStrategy?.type,
      ["OnDelete", "RollingUpdate"],
      "spec.updateStrategy.type",
    ),
    ...(old === undefined ? [] : validateFixed(set.spec ?? {}, old.spec ?? {})),
  ],
});

function defaultSpec(spec: Loose<StatefulSetSpec>): Loose<StatefulSetSpec> {
  const strategy = filled(spec.updateStrategy, { type: "RollingUpdate" });
  return {
    ...filled(spec, {
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: "OrderedReady",
      serviceName: "",
    }),
    persistentVolumeClaimRetentionPolicy: filled(spec.persistentVolumeClaimRetentionPolicy, {
      whenDeleted: "Retain",
      whenScaled: "Retain",
    }),
    updateStrategy:
      strategy.type === "RollingUpdate"
        ? { ...strategy, rollingUpdate: filled(strategy.rollingUpdate, { partition: 0 }) }
        : strategy,
    template: defaultTemplate(spec.template),
    ...(spec.volumeClaimTemplates === undefined
      ? {}
      : {
          volumeClaimTemplates: spec.volumeClaimTemplates.map((claim) => ({
            ...filled(claim, { apiVersion: "v1", kind: "PersistentVolumeClaim" }),
            spec: defaultClaimSpec(claim.spec ?? {}),
            status: { phase: "Pending" },
          })),
        }),
  };
}

function validateFixed(next: Loose<StatefulSetSpec>, old: Loose<StatefulSetSpec>): FieldCause[] {
  return sameJson(fixedPart(next), fixedPart(old)) ? [] : [forbidden("spec", MAY_CHANGE)];
}

function fixedPart(spec: Loose<StatefulSetSpec>): unknown {
  return without(
    spec,
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
  );
}
