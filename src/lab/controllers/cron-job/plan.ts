import type { CronJob, CronJobStatus, Job } from "kubernetes-types/batch/v1";
import { timeMs, timeText } from "../../../time/index.ts";
import { apiVersionOf, CRON_JOBS, JOBS } from "../../../kube-client/index.ts";
import { conditionOf } from "../objects/condition.ts";
import { createdMs, nameOf, namespaceOf, uidOf } from "../objects/meta.ts";
import { controllerReference } from "../objects/owner.ts";
import type { Schedule } from "./schedule.ts";

/** What is to be said of a cron job. */
export interface CronRemark {
  readonly type: "Normal" | "Warning";
  readonly reason: "MissSchedule" | "TooManyMissedTimes" | "JobAlreadyActive" | "SawCompletedJob";
  readonly message: string;
}

/** What brings a cron job one step on. */
export interface CronJobPlan {
  readonly create: Job | undefined;
  /** When the job that is created was due. */
  readonly scheduledMs: number | undefined;
  /** Jobs that have to make room for it. */
  readonly replace: readonly Job[];
  /** Ended jobs beyond the history limits. */
  readonly surplus: readonly Job[];
  readonly remarks: readonly CronRemark[];
  /** The status without the job that is created. */
  readonly status: CronJobStatus;
  readonly dueMs: number | undefined;
}

// Missed runs worth a warning (pkg/controller/cronjob).
const MISSED_MANY = 100;

/** Decides from the schedule and the jobs of a cron job. */
export function planCronJob(
  cronJob: CronJob,
  facts: { readonly jobs: readonly Job[]; readonly schedule: Schedule; readonly nowMs: number },
): CronJobPlan {
  const { spec } = cronJob;
  const { nowMs, schedule } = facts;
  const running = facts.jobs.filter((job) => endOf(job) === undefined);
  const plan: CronJobPlan = {
    create: undefined,
    scheduledMs: undefined,
    replace: [],
    surplus: surplusOf(cronJob, facts.jobs),
    remarks: completions(cronJob, facts.jobs),
    status: statusOf(cronJob, facts.jobs, running),
    dueMs: undefined,
  };
  if (spec?.suspend === true) return plan;
  const next = schedule.nextMs(nowMs);
  const waiting = { ...plan, dueMs: next };
  const sinceMs = timeMs(cronJob.status?.lastScheduleTime) ?? createdMs(cronJob);
  const deadlineMs =
    spec?.startingDeadlineSeconds === undefined ? undefined : spec.startingDeadlineSeconds * 1000;
  const afterMs = deadlineMs === undefined ? sinceMs : Math.max(sinceMs, nowMs - deadlineMs - 1);
  const missed = schedule.dueBetween({ afterMs, untilMs: nowMs });
  const scheduledMs = missed.at(-1);
  if (scheduledMs === undefined) return waiting;
  const remarks = [...plan.remarks, ...(missed.length > MISSED_MANY ? [TOO_MANY] : [])];
  if (deadlineMs !== undefined && scheduledMs + deadlineMs < nowMs) {
    const message = `Missed scheduled time to start a job: ${new Date(scheduledMs).toUTCString()}`;
    return {
      ...waiting,
      remarks: [...remarks, { type: "Warning", reason: "MissSchedule", message }],
    };
  }
  if (spec?.concurrencyPolicy === "Forbid" && running.length > 0) {
    return { ...waiting, remarks: [...remarks, ALREADY_ACTIVE] };
  }
  return {
    ...waiting,
    remarks,
    create: jobOf(cronJob, scheduledMs),
    scheduledMs,
    replace: spec?.concurrencyPolicy === "Replace" ? running : [],
  };
}

const TOO_MANY: CronRemark = {
  type: "Warning",
  reason: "TooManyMissedTimes",
  message:
    "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
};

const ALREADY_ACTIVE: CronRemark = {
  type: "Normal",
  reason: "JobAlreadyActive",
  message: "Not starting job because prior execution is running and concurrency policy is Forbid",
};

/** How a job has ended; undefined while it works. */
export function endOf({ status }: Job): "Complete" | "Failed" | undefined {
  if (conditionOf(status?.conditions, "Complete")?.status === "True") return "Complete";
  return conditionOf(status?.conditions, "Failed")?.status === "True" ? "Failed" : undefined;
}

/** Named after the minute it was due, so that one run is never made twice. */
function jobOf(cronJob: CronJob, scheduledMs: number): Job {
  const { metadata, spec } = cronJob.spec?.jobTemplate ?? {};
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: `${nameOf(cronJob)}-${Math.floor(scheduledMs / 60_000)}`,
      namespace: namespaceOf(cronJob),
      labels: { ...metadata?.labels },
      annotations: {
        ...metadata?.annotations,
        "batch.kubernetes.io/cronjob-scheduled-timestamp": timeText(scheduledMs),
      },
      ownerReferences: [controllerReference(cronJob, CRON_JOBS)],
    },
    ...(spec === undefined ? {} : { spec }),
  };
}

function statusOf(cronJob: CronJob, jobs: readonly Job[], running: readonly Job[]): CronJobStatus {
  const { lastScheduleTime, lastSuccessfulTime } = cronJob.status ?? {};
  const successMs = jobs
    .map(({ status }) => timeMs(status?.completionTime))
    .filter((ms) => ms !== undefined)
    .reduce<number | undefined>((last, ms) => Math.max(last ?? ms, ms), timeMs(lastSuccessfulTime));
  return {
    ...(running.length === 0 ? {} : { active: running.map(referenceTo) }),
    ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
    ...(successMs === undefined ? {} : { lastSuccessfulTime: timeText(successMs) }),
  };
}

/** The reference by which a status lists a job. */
export function referenceTo(job: Job): NonNullable<CronJobStatus["active"]>[number] {
  return {
    kind: JOBS.kind,
    apiVersion: apiVersionOf(JOBS),
    namespace: namespaceOf(job),
    name: nameOf(job),
    uid: uidOf(job),
    ...(job.metadata?.resourceVersion === undefined
      ? {}
      : { resourceVersion: job.metadata.resourceVersion }),
  };
}

/** Jobs of the status's list that have ended since it was written. */
function completions(cronJob: CronJob, jobs: readonly Job[]): CronRemark[] {
  const listed = new Set((cronJob.status?.active ?? []).map(({ uid }) => uid));
  return jobs.flatMap((job): CronRemark[] => {
    const end = endOf(job);
    if (end === undefined || !listed.has(uidOf(job))) return [];
    const message = `Saw completed job: ${nameOf(job)}, condition: ${end}`;
    return [{ type: "Normal", reason: "SawCompletedJob", message }];
  });
}

function surplusOf({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const oldest = (end: "Complete" | "Failed", kept: number): Job[] => {
    const ended = jobs
      .filter((job) => endOf(job) === end)
      .toSorted((a, b) => createdMs(a) - createdMs(b));
    return ended.slice(0, Math.max(0, ended.length - kept));
  };
  return [
    ...oldest("Complete", spec?.successfulJobsHistoryLimit ?? 3),
    ...oldest("Failed", spec?.failedJobsHistoryLimit ?? 1),
  ];
}
