import type { PodDisruptionBudget } from "kubernetes-types/policy/v1";
import { age } from "../printing/age.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import { invalid, type FieldCause } from "./field-error.ts";
import { validateIntOrPercent } from "./int-or-percent.ts";
import type { Cell, KindDefinition } from "./kind-definition.ts";
import { validateLabelSelector } from "./label-selector-rules.ts";

/** policy/v1 PodDisruptionBudget. */
export const podDisruptionBudgetKind: KindDefinition = defineKind<PodDisruptionBudget>({
  group: "policy",
  version: "v1",
  kind: "PodDisruptionBudget",
  plural: "poddisruptionbudgets",
  shortNames: ["pdb"],
  namespaced: true,
  hasStatus: true,
  generation: "spec",
  columns: [
    nameColumn,
    column("Min Available"),
    column("Max Unavailable"),
    column("Allowed Disruptions", "integer"),
    column("Age"),
  ],
  row: ({ metadata, spec, status }, { nowMs }) => ({
    cells: [
      metadata?.name ?? "",
      boundText(spec?.minAvailable),
      boundText(spec?.maxUnavailable),
      status?.disruptionsAllowed ?? 0,
      age(metadata?.creationTimestamp, nowMs),
    ],
  }),
  defaults: (budget) => ({ ...budget, spec: { ...budget.spec } }),
  validate: ({ spec }) => [
    ...(spec?.minAvailable !== undefined && spec.maxUnavailable !== undefined
      ? [invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set")]
      : []),
    ...bound(spec?.minAvailable, "spec.minAvailable"),
    ...bound(spec?.maxUnavailable, "spec.maxUnavailable"),
    ...validateLabelSelector(spec?.selector, "spec.selector"),
  ],
});

function boundText(bound: number | string | undefined): Cell {
  return bound === undefined ? "N/A" : `${bound}`;
}

function bound(value: number | string | undefined, field: string): FieldCause[] {
  const causes = validateIntOrPercent(value, field);
  return causes.length === 0 && typeof value === "string" && Number.parseInt(value) > 100
    ? [invalid(field, value, "must not be greater than 100%")]
    : causes;
}
