import type { Deployment, DeploymentSpec } from "kubernetes-types/apps/v1";
import { age } from "../printing/age.ts";
import { labelSelectorText } from "../printing/selector-text.ts";
import { templateCells } from "../printing/template-cells.ts";
import { oneOf } from "./container-rules.ts";
import { column, defineKind, nameColumn, replicasScale, wideColumn } from "./define-kind.ts";
import { forbidden, invalid, type FieldCause } from "./field-error.ts";
import { isZero, validateIntOrPercent } from "./int-or-percent.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { filled, type Loose } from "./loose.ts";
import { defaultTemplate } from "./pod-spec-defaults.ts";
import { validateWorkload } from "./workload-rules.ts";

/** apps/v1 Deployment. */
export const deploymentKind: KindDefinition = defineKind<Deployment>({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  shortNames: ["deploy"],
  categories: ["all"],
  namespaced: true,
  hasStatus: true,
  generation: "spec",
  scale: replicasScale,
  columns: [
    nameColumn,
    column("Ready"),
    column("Up-to-date", "integer"),
    column("Available", "integer"),
    column("Age"),
    wideColumn("Containers"),
    wideColumn("Images"),
    wideColumn("Selector"),
  ],
  row: (deployment, { nowMs }) => ({
    cells: [
      deployment.metadata?.name ?? "",
      `${deployment.status?.readyReplicas ?? 0}/${deployment.spec?.replicas ?? 0}`,
      deployment.status?.updatedReplicas ?? 0,
      deployment.status?.availableReplicas ?? 0,
      age(deployment.metadata?.creationTimestamp, nowMs),
      ...templateCells(deployment.spec?.template),
      labelSelectorText(deployment.spec?.selector),
    ],
  }),
  defaults: (deployment) => ({ ...deployment, spec: defaultSpec(deployment.spec ?? {}) }),
  validate: (deployment, old) => [
    ...validateWorkload({ spec: deployment.spec ?? {}, old: old?.spec, noun: "deployment" }),
    ...validateStrategy(deployment.spec ?? {}),
    ...validateDeadline(deployment.spec ?? {}),
  ],
});

function defaultSpec(spec: Loose<DeploymentSpec>): Loose<DeploymentSpec> {
  const strategy = filled(spec.strategy, { type: "RollingUpdate" });
  return {
    ...filled(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }),
    strategy:
      strategy.type === "RollingUpdate"
        ? {
            ...strategy,
            rollingUpdate: filled(strategy.rollingUpdate, {
              maxUnavailable: "25%",
              maxSurge: "25%",
            }),
          }
        : strategy,
    template: defaultTemplate(spec.template),
  };
}

function validateStrategy(spec: Loose<DeploymentSpec>): FieldCause[] {
  const { type, rollingUpdate } = spec.strategy ?? {};
  const field = "spec.strategy";
  if (type === "Recreate" && rollingUpdate !== undefined) {
    return [
      forbidden(
        `${field}.rollingUpdate`,
        "may not be specified when strategy `type` is 'Recreate'",
      ),
    ];
  }
  if (type !== "RollingUpdate") {
    return oneOf(type, ["Recreate", "RollingUpdate"], `${field}.type`);
  }
  const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
  return [
    ...validateIntOrPercent(maxUnavailable, `${field}.rollingUpdate.maxUnavailable`),
    ...validateIntOrPercent(maxSurge, `${field}.rollingUpdate.maxSurge`),
    ...(isZero(maxUnavailable) && isZero(maxSurge)
      ? [
          invalid(
            `${field}.rollingUpdate.maxUnavailable`,
            maxUnavailable,
            "may not be 0 when `maxSurge` is 0",
          ),
        ]
      : []),
  ];
}

function validateDeadline(spec: Loose<DeploymentSpec>): FieldCause[] {
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec;
  return deadline !== undefined && deadline <= minReadySeconds
    ? [invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds")]
    : [];
}
