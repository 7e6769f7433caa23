import type { CronJob } from "kubernetes-types/batch/v1";
import { age } from "../printing/age.ts";
import { labelSelectorText } from "../printing/selector-text.ts";
import { templateCells } from "../printing/template-cells.ts";
import { oneOf } from "./container-rules.ts";
import { column, defineKind, nameColumn, wideColumn } from "./define-kind.ts";
import { invalid, required, type FieldCause } from "./field-error.ts";
import { defaultJobSpec, validateJobSpec } from "./job.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { filled } from "./loose.ts";
import { nonNegative } from "./workload-rules.ts";

const NICKNAMES = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
const FIELD = /^[0-9A-Za-z*/,?-]+$/;

/** batch/v1 CronJob. */
export const cronJobKind: KindDefinition = defineKind<CronJob>({
  group: "batch",
  version: "v1",
  kind: "CronJob",
  plural: "cronjobs",
  shortNames: ["cj"],
  categories: ["all"],
  namespaced: true,
  hasStatus: true,
  generation: "spec",
  columns: [
    nameColumn,
    column("Schedule"),
    column("Timezone"),
    column("Suspend", "boolean"),
    column("Active", "integer"),
    column("Last Schedule"),
    column("Age"),
    wideColumn("Containers"),
    wideColumn("Images"),
    wideColumn("Selector"),
  ],
  row: ({ metadata, spec, status }, { nowMs }) => ({
    cells: [
      metadata?.name ?? "",
      spec?.schedule ?? "",
      spec?.timeZone ?? "<none>",
      spec?.suspend === undefined ? "<unset>" : spec.suspend ? "True" : "False",
      (status?.active ?? []).length,
      status?.lastScheduleTime === undefined ? "<none>" : age(status.lastScheduleTime, nowMs),
      age(metadata?.creationTimestamp, nowMs),
      ...templateCells(spec?.jobTemplate?.spec?.template),
      labelSelectorText(spec?.jobTemplate?.spec?.selector),
    ],
  }),
  defaults: (cronJob) => ({
    ...cronJob,
    spec: {
      ...filled(cronJob.spec, {
        concurrencyPolicy: "Allow",
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      }),
      jobTemplate: {
        ...cronJob.spec?.jobTemplate,
        metadata: { ...cronJob.spec?.jobTemplate?.metadata },
        spec: defaultJobSpec(cronJob.spec?.jobTemplate?.spec ?? {}),
      },
    },
  }),
  validate: ({ spec, metadata }) => [
    ...((metadata?.name ?? "").length > 52
      ? [invalid("metadata.name", metadata?.name, "must be no more than 52 characters")]
      : []),
    ...validateSchedule(spec?.schedule ?? ""),
    ...oneOf(spec?.concurrencyPolicy, ["Allow", "Forbid", "Replace"], "spec.concurrencyPolicy"),
    ...nonNegative(spec?.startingDeadlineSeconds, "spec.startingDeadlineSeconds"),
    ...nonNegative(spec?.successfulJobsHistoryLimit, "spec.successfulJobsHistoryLimit"),
    ...nonNegative(spec?.failedJobsHistoryLimit, "spec.failedJobsHistoryLimit"),
    ...validateJobSpec(spec?.jobTemplate?.spec ?? {}, "spec.jobTemplate.spec"),
  ],
});

function validateSchedule(schedule: string): FieldCause[] {
  const field = "spec.schedule";
  if (schedule === "") return [required(field)];
  if (NICKNAMES.includes(schedule) || schedule.startsWith("@every ")) return [];
  if (/\bTZ=/.test(schedule)) {
    return [
      invalid(field, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"),
    ];
  }
  const parts = schedule.trim().split(/\s+/);
  if (parts.length !== 5) {
    return [
      invalid(
        field,
        schedule,
        `expected exactly 5 fields, found ${parts.length}: [${parts.join(" ")}]`,
      ),
    ];
  }
  const bad = parts.find((part) => !FIELD.test(part));
  return bad === undefined ? [] : [invalid(field, schedule, `failed to parse int from ${bad}`)];
}
