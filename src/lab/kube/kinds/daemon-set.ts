import type { DaemonSet, DaemonSetSpec } from "kubernetes-types/apps/v1";
import { age } from "../printing/age.ts";
import { labelSelectorText, labelsText } from "../printing/selector-text.ts";
import { templateCells } from "../printing/template-cells.ts";
import { oneOf } from "./container-rules.ts";
import { column, defineKind, nameColumn, wideColumn } from "./define-kind.ts";
import { invalid, type FieldCause } from "./field-error.ts";
import { isZero, validateIntOrPercent } from "./int-or-percent.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { filled, type Loose } from "./loose.ts";
import { defaultTemplate } from "./pod-spec-defaults.ts";
import { sameJson } from "./same-json.ts";
import { validateWorkload } from "./workload-rules.ts";

const GENERATION = "deprecated.daemonset.template.generation";

/** apps/v1 DaemonSet. */
export const daemonSetKind: KindDefinition = defineKind<DaemonSet>({
  group: "apps",
  version: "v1",
  kind: "DaemonSet",
  plural: "daemonsets",
  shortNames: ["ds"],
  categories: ["all"],
  namespaced: true,
  hasStatus: true,
  generation: "spec",
  columns: [
    nameColumn,
    column("Desired", "integer"),
    column("Current", "integer"),
    column("Ready", "integer"),
    column("Up-to-date", "integer"),
    column("Available", "integer"),
    column("Node Selector"),
    column("Age"),
    wideColumn("Containers"),
    wideColumn("Images"),
    wideColumn("Selector"),
  ],
  row: ({ metadata, spec, status }, { nowMs }) => ({
    cells: [
      metadata?.name ?? "",
      status?.desiredNumberScheduled ?? 0,
      status?.currentNumberScheduled ?? 0,
      status?.numberReady ?? 0,
      status?.updatedNumberScheduled ?? 0,
      status?.numberAvailable ?? 0,
      labelsText(spec?.template?.spec?.nodeSelector),
      age(metadata?.creationTimestamp, nowMs),
      ...templateCells(spec?.template),
      labelSelectorText(spec?.selector),
    ],
  }),
  defaults: (set) => ({ ...set, spec: defaultSpec(set.spec ?? {}) }),
  prepareCreate: (set) => withTemplateGeneration(set, 1),
  prepareUpdate(next, old) {
    const before = Number(old.metadata?.annotations?.[GENERATION] ?? 1);
    const changed = !sameJson(next.spec?.template, old.spec?.template);
    return withTemplateGeneration(next, changed ? before + 1 : before);
  },
  validate: (set, old) => [
    ...validateWorkload({ spec: set.spec ?? {}, old: old?.spec, noun: "daemonset" }),
    ...validateStrategy(set.spec ?? {}),
  ],
});

function defaultSpec(spec: Loose<DaemonSetSpec>): Loose<DaemonSetSpec> {
  const strategy = filled(spec.updateStrategy, { type: "RollingUpdate" });
  return {
    ...filled(spec, { revisionHistoryLimit: 10 }),
    updateStrategy:
      strategy.type === "RollingUpdate"
        ? {
            ...strategy,
            rollingUpdate: filled(strategy.rollingUpdate, { maxUnavailable: 1, maxSurge: 0 }),
          }
        : strategy,
    template: defaultTemplate(spec.template),
  };
}

function withTemplateGeneration(set: Loose<DaemonSet>, generation: number): Loose<DaemonSet> {
  return {
    ...set,
    metadata: {
      ...set.metadata,
      annotations: { ...set.metadata?.annotations, [GENERATION]: `${generation}` },
    },
  };
}

function validateStrategy(spec: Loose<DaemonSetSpec>): FieldCause[] {
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  const field = "spec.updateStrategy";
  if (type !== "RollingUpdate") return oneOf(type, ["OnDelete", "RollingUpdate"], `${field}.type`);
  const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
  const at = `${field}.rollingUpdate`;
  const causes = [
    ...validateIntOrPercent(maxUnavailable, `${at}.maxUnavailable`),
    ...validateIntOrPercent(maxSurge, `${at}.maxSurge`),
  ];
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    return [
      ...causes,
      invalid(`${at}.maxUnavailable`, maxUnavailable, "cannot be 0 when maxSurge is 0"),
    ];
  }
  if (!isZero(maxUnavailable) && !isZero(maxSurge)) {
    return [
      ...causes,
      invalid(`${at}.maxSurge`, maxSurge, "may not be set when maxUnavailable is non-zero"),
    ];
  }
  return causes;
}
