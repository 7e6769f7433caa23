import type { Job, JobSpec } from "kubernetes-types/batch/v1";
import type { PodTemplateSpec } from "kubernetes-types/core/v1";
import { age, humanDuration } from "../printing/age.ts";
import { labelSelectorText } from "../printing/selector-text.ts";
import { templateCells } from "../printing/template-cells.ts";
import { oneOf } from "./container-rules.ts";
import { column, defineKind, nameColumn, wideColumn } from "./define-kind.ts";
import { invalid, notSupported, required, type FieldCause } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { selectorMatches } from "./label-selector-rules.ts";
import { filled, type Loose } from "./loose.ts";
import { defaultTemplate } from "./pod-spec-defaults.ts";
import { immutable, nonNegative, validateTemplate } from "./workload-rules.ts";

const UID_LABEL = "batch.kubernetes.io/controller-uid";
const NAME_LABEL = "batch.kubernetes.io/job-name";

/** batch/v1 Job. */
export const jobKind: KindDefinition = defineKind<Job>({
  group: "batch",
  version: "v1",
  kind: "Job",
  plural: "jobs",
  categories: ["all"],
  namespaced: true,
  hasStatus: true,
  generation: "spec",
  columns: [
    nameColumn,
    column("Status"),
    column("Completions"),
    column("Duration"),
    column("Age"),
    wideColumn("Containers"),
    wideColumn("Images"),
    wideColumn("Selector"),
  ],
  row: (job, { nowMs }) => ({
    cells: [
      job.metadata?.name ?? "",
      statusText(job),
      completionsText(job),
      durationText(job, nowMs),
      age(job.metadata?.creationTimestamp, nowMs),
      ...templateCells(job.spec?.template),
      labelSelectorText(job.spec?.selector),
    ],
  }),
  fieldSelectors: { "status.successful": (job) => `${job.status?.succeeded ?? 0}` },
  defaults: (job) => ({ ...job, spec: defaultJobSpec(job.spec ?? {}) }),
  prepareCreate: (job) => withSelector(job),
  validate: (job, old) => [
    ...validateJobSpec(job.spec ?? {}, "spec"),
    ...validateSelector(job.spec ?? {}),
    ...(old === undefined
      ? []
      : [
          ...immutable(job.spec?.completions, old.spec?.completions, "spec.completions"),
          ...immutable(job.spec?.selector, old.spec?.selector, "spec.selector"),
          ...immutable(job.spec?.template, old.spec?.template, "spec.template"),
          ...immutable(job.spec?.completionMode, old.spec?.completionMode, "spec.completionMode"),
        ]),
  ],
});

/** A job's spec with what the server fills in; also of the template in a CronJob. */
export function defaultJobSpec(spec: Loose<JobSpec>): Loose<JobSpec> {
  const single = spec.completions === undefined && spec.parallelism === undefined;
  return {
    ...filled(spec, {
      ...(single ? { completions: 1 } : {}),
      parallelism: 1,
      // A limit per index, with none for the whole, means no limit for the whole.
      backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : 2_147_483_647,
      completionMode: "NonIndexed",
      suspend: false,
      podReplacementPolicy: spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed",
    }),
    template: defaultTemplate(spec.template),
  };
}

/** The refused fields of a job's spec that stands at `field`. */
export function validateJobSpec(spec: Loose<JobSpec>, field: string): FieldCause[] {
  return [
    ...nonNegative(spec.parallelism, `${field}.parallelism`),
    ...nonNegative(spec.completions, `${field}.completions`),
    ...nonNegative(spec.backoffLimit, `${field}.backoffLimit`),
    ...nonNegative(spec.activeDeadlineSeconds, `${field}.activeDeadlineSeconds`),
    ...nonNegative(spec.ttlSecondsAfterFinished, `${field}.ttlSecondsAfterFinished`),
    ...oneOf(spec.completionMode, ["Indexed", "NonIndexed"], `${field}.completionMode`),
    ...validateTemplate(spec.template, `${field}.template`),
    ...validateRestart(spec.template, `${field}.template.spec.restartPolicy`),
  ];
}

function validateRestart(
  template: Loose<PodTemplateSpec> | undefined,
  field: string,
): FieldCause[] {
  const policy = template?.spec?.restartPolicy;
  if (policy === undefined || policy === "Always") {
    return [required(field, 'valid values: "OnFailure", "Never"')];
  }
  return policy === "OnFailure" || policy === "Never"
    ? []
    : [notSupported(field, policy, ["OnFailure", "Never"])];
}

function validateSelector(spec: Loose<JobSpec>): FieldCause[] {
  if (spec.selector === undefined) return [required("spec.selector")];
  const labels = spec.template?.metadata?.labels ?? {};
  return selectorMatches(spec.selector, labels)
    ? []
    : [
        invalid(
          "spec.template.metadata.labels",
          labels,
          "`selector` does not match template `labels`",
        ),
      ];
}

/** A job finds its pods by its own uid, unless its author manages the selector. */
function withSelector(job: Loose<Job>): Loose<Job> {
  if (job.spec?.manualSelector === true) return job;
  const uid = job.metadata?.uid ?? "";
  const name = job.metadata?.name ?? "";
  const template = job.spec?.template;
  return {
    ...job,
    spec: {
      ...job.spec,
      selector: {
        ...job.spec?.selector,
        matchLabels: { ...job.spec?.selector?.matchLabels, [UID_LABEL]: uid },
      },
      template: {
        ...template,
        metadata: {
          ...template?.metadata,
          labels: {
            ...template?.metadata?.labels,
            [UID_LABEL]: uid,
            [NAME_LABEL]: name,
            "controller-uid": uid,
            "job-name": name,
          },
        },
      },
    },
  };
}

function statusText(job: Loose<Job>): string {
  const has = (type: string): boolean =>
    (job.status?.conditions ?? []).some(
      (condition) => condition.type === type && condition.status === "True",
    );
  if (has("Complete")) return "Complete";
  if (has("Failed")) return "Failed";
  if (job.metadata?.deletionTimestamp !== undefined) return "Terminating";
  if (has("Suspended")) return "Suspended";
  if (has("FailureTarget")) return "FailureTarget";
  return has("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
}

function completionsText(job: Loose<Job>): string {
  const done = job.status?.succeeded ?? 0;
  if (job.spec?.completions !== undefined) return `${done}/${job.spec.completions}`;
  const parallelism = job.spec?.parallelism ?? 0;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function durationText(job: Loose<Job>, nowMs: number): string {
  const startMs = Date.parse(job.status?.startTime ?? "");
  if (Number.isNaN(startMs)) return "";
  const endMs = Date.parse(job.status?.completionTime ?? "");
  return humanDuration((Number.isNaN(endMs) ? nowMs : endMs) - startMs);
}
