import type { ReplicationController } from "kubernetes-types/core/v1";
import { age } from "../printing/age.ts";
import { labelsText } from "../printing/selector-text.ts";
import { templateCells } from "../printing/template-cells.ts";
import { column, defineKind, nameColumn, replicasScale, wideColumn } from "./define-kind.ts";
import { invalid, required } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { selectorMatches } from "./label-selector-rules.ts";
import { filled } from "./loose.ts";
import { defaultTemplate } from "./pod-spec-defaults.ts";
import { nonNegative, validateTemplate } from "./workload-rules.ts";

/** core/v1 ReplicationController. */
export const replicationControllerKind: KindDefinition = defineKind<ReplicationController>({
  group: "",
  version: "v1",
  kind: "ReplicationController",
  plural: "replicationcontrollers",
  shortNames: ["rc"],
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
  row: ({ metadata, spec, status }, { nowMs }) => ({
    cells: [
      metadata?.name ?? "",
      spec?.replicas ?? 0,
      status?.replicas ?? 0,
      status?.readyReplicas ?? 0,
      age(metadata?.creationTimestamp, nowMs),
      ...templateCells(spec?.template),
      labelsText(spec?.selector),
    ],
  }),
  fieldSelectors: { "status.replicas": ({ status }) => `${status?.replicas ?? 0}` },
  defaults: (controller) => ({
    ...controller,
    spec: {
      ...filled(controller.spec, {
        replicas: 1,
        selector: controller.spec?.template?.metadata?.labels,
      }),
      template: defaultTemplate(controller.spec?.template),
    },
  }),
  validate: ({ spec }) => {
    const labels = spec?.template?.metadata?.labels ?? {};
    const selector = spec?.selector ?? {};
    return [
      ...nonNegative(spec?.replicas, "spec.replicas"),
      ...(Object.keys(selector).length === 0 ? [required("spec.selector")] : []),
      ...(selectorMatches({ matchLabels: selector }, labels)
        ? []
        : [
            invalid(
              "spec.template.metadata.labels",
              labels,
              "`selector` does not match template `labels`",
            ),
          ]),
      ...validateTemplate(spec?.template, "spec.template"),
    ];
  },
});
