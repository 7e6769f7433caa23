import type { Job, JobCondition, JobStatus } from "kubernetes-types/batch/v1";
import type { Pod } from "kubernetes-types/core/v1";
import { timeMs, timeText } from "../../../time/index.ts";
import { withoutZeros } from "../objects/canonical.ts";
import { conditionOf, withCondition } from "../objects/condition.ts";
import { createdMs, isDeleting } from "../objects/meta.ts";
import { isPodActive, isPodReady, phaseOf, podRestarts } from "../objects/pod.ts";

/** Why a job has failed, in the words of its conditions. */
export interface JobFailure {
  readonly reason: "BackoffLimitExceeded" | "DeadlineExceeded" | "IndexedJobsNotSupported";
  readonly message: string;
}

/** What brings a job one step on. */
export interface JobPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
  readonly status: JobStatus;
  /** When to look again though nothing changes. */
  readonly dueMs: number | undefined;
  /** It is over for so long that it is to be deleted. */
  readonly isExpired: boolean;
}

// Pods that failed are replaced after 10 s, 20 s, …, 6 min (pkg/controller/job).
const BACK_OFF = { firstMs: 10_000, mostMs: 360_000 } as const;

/** Decides one step of a job whose pods are interchangeable. */
export function planJob(
  job: Job,
  { pods, nowMs }: { readonly pods: readonly Pod[]; readonly nowMs: number },
): JobPlan {
  const finishedMs = finishedAtMs(job);
  if (finishedMs !== undefined) return planFinished(job, finishedMs, nowMs);
  const { spec, status } = job;
  const isSuspended = spec?.suspend === true;
  const active = pods.filter(isPodActive);
  const counts = {
    succeeded: Math.max(status?.succeeded ?? 0, countPhase(pods, "Succeeded")),
    failed: Math.max(status?.failed ?? 0, countPhase(pods, "Failed")),
  };
  const startMs = isSuspended ? undefined : (timeMs(status?.startTime) ?? nowMs);
  const failure = failureOf(job, { pods, startMs, nowMs, failed: counts.failed });
  const isSuccess = failure === undefined && isComplete(job, counts.succeeded, active.length);
  const isEnding = failure !== undefined || isSuccess;

  const wanted = isEnding || isSuspended ? 0 : wantedActive(job, counts.succeeded, active.length);
  const surplus = active.toSorted(bySuitability).slice(0, Math.max(0, active.length - wanted));
  const restMs = backOffUntilMs(pods, counts.failed);
  const mayCreate = restMs === undefined || restMs <= nowMs;
  const create = mayCreate ? Math.max(0, wanted - active.length) : 0;
  const isQuiet = active.length === 0 && !pods.some((pod) => isDeleting(pod));
  const conditions = conditionsOf(job, { failure, isSuccess, isQuiet, nowMs });
  const deadlineMs = deadlineOf(job, startMs);
  return {
    create,
    remove: surplus,
    status: withoutZeros<JobStatus>({
      startTime: startMs === undefined ? undefined : (status?.startTime ?? timeText(startMs)),
      active: active.length - surplus.length,
      ready: active.filter(isPodReady).length,
      terminating: pods.filter((pod) => isDeleting(pod) && !hasEnded(pod)).length,
      ...counts,
      completionTime: isSuccess && isQuiet ? timeText(nowMs) : undefined,
      conditions: conditions.length === 0 ? undefined : conditions,
    }),
    dueMs: earliest([
      isEnding ? undefined : deadlineMs,
      wanted > active.length && !mayCreate ? restMs : undefined,
    ]),
    isExpired: false,
  };
}

/** When it was completed or has failed; undefined while it works. */
export function finishedAtMs({ status }: Job): number | undefined {
  const end = status?.conditions?.find(
    (condition) => ["Complete", "Failed"].includes(condition.type) && condition.status === "True",
  );
  return end === undefined ? undefined : (timeMs(end.lastTransitionTime) ?? 0);
}

function planFinished(job: Job, finishedMs: number, nowMs: number): JobPlan {
  const ttl = job.spec?.ttlSecondsAfterFinished;
  const dueMs = ttl === undefined ? undefined : finishedMs + ttl * 1000;
  const isExpired = dueMs !== undefined && dueMs <= nowMs;
  return {
    create: 0,
    remove: [],
    status: job.status ?? {},
    dueMs: isExpired ? undefined : dueMs,
    isExpired,
  };
}

function failureOf(
  job: Job,
  facts: {
    readonly pods: readonly Pod[];
    readonly startMs: number | undefined;
    readonly nowMs: number;
    readonly failed: number;
  },
): JobFailure | undefined {
  const { spec, status } = job;
  const before = conditionOf(status?.conditions, "FailureTarget");
  if (before?.status === "True") {
    const reason = (before.reason ?? "BackoffLimitExceeded") as JobFailure["reason"];
    return { reason, message: before.message ?? "" };
  }
  if (spec?.completionMode === "Indexed") {
    return {
      reason: "IndexedJobsNotSupported",
      message: "Jobs with completionMode Indexed are not supported here: use NonIndexed",
    };
  }
  const limit = spec?.backoffLimit ?? 6;
  const restarts = facts.pods
    .filter((pod) => pod.spec?.restartPolicy === "OnFailure" && isPodActive(pod))
    .reduce((sum, pod) => sum + podRestarts(pod), 0);
  if (facts.failed > limit || (limit === 0 ? restarts > 0 : restarts >= limit)) {
    return {
      reason: "BackoffLimitExceeded",
      message: "Job has reached the specified backoff limit",
    };
  }
  const deadlineMs = deadlineOf(job, facts.startMs);
  if (deadlineMs === undefined || facts.nowMs < deadlineMs) return undefined;
  return {
    reason: "DeadlineExceeded",
    message: "Job was active longer than specified deadline",
  };
}

function deadlineOf({ spec }: Job, startMs: number | undefined): number | undefined {
  if (spec?.activeDeadlineSeconds === undefined || startMs === undefined) return undefined;
  return startMs + spec.activeDeadlineSeconds * 1000;
}

/** Without a number of completions, one success ends the job once the others have ended. */
function isComplete({ spec }: Job, succeeded: number, active: number): boolean {
  if (spec?.completions === undefined) return succeeded > 0 && active === 0;
  return succeeded >= spec.completions;
}

function wantedActive({ spec }: Job, succeeded: number, active: number): number {
  const parallelism = spec?.parallelism ?? 1;
  if (spec?.completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.min(parallelism, spec.completions - succeeded);
}

function backOffUntilMs(pods: readonly Pod[], failed: number): number | undefined {
  const ends = pods.filter((pod) => phaseOf(pod) === "Failed").map(endedMs);
  if (ends.length === 0) return undefined;
  const delayMs = Math.min(BACK_OFF.firstMs * 2 ** Math.max(0, failed - 1), BACK_OFF.mostMs);
  return Math.max(...ends) + delayMs;
}

function endedMs(pod: Pod): number {
  const times = (pod.status?.containerStatuses ?? []).map(
    ({ state }) => timeMs(state?.terminated?.finishedAt) ?? 0,
  );
  return Math.max(createdMs(pod), ...times);
}

function conditionsOf(
  job: Job,
  facts: {
    readonly failure: JobFailure | undefined;
    readonly isSuccess: boolean;
    /** No pod of the job is left running: only then is it over. */
    readonly isQuiet: boolean;
    readonly nowMs: number;
  },
): JobCondition[] {
  const { failure, isSuccess, isQuiet, nowMs } = facts;
  let conditions = suspension(job, nowMs);
  const say = (type: string, reason: string, message: string): void => {
    conditions = withCondition(
      conditions,
      { type, status: "True", reason, message },
      { nowMs },
    ).map((one) => (one.type === type ? { ...one, lastProbeTime: timeText(nowMs) } : one));
  };
  if (failure !== undefined && conditionOf(conditions, "FailureTarget") === undefined) {
    say("FailureTarget", failure.reason, failure.message);
  }
  if (failure !== undefined && isQuiet) say("Failed", failure.reason, failure.message);
  if (!isSuccess) return conditions;
  const message = "Reached expected number of succeeded pods";
  if (conditionOf(conditions, "SuccessCriteriaMet") === undefined) {
    say("SuccessCriteriaMet", "CompletionsReached", message);
  }
  if (isQuiet) say("Complete", "CompletionsReached", message);
  return conditions;
}

function suspension({ spec, status }: Job, nowMs: number): JobCondition[] {
  const conditions = status?.conditions ?? [];
  const isSuspended = spec?.suspend === true;
  const before = conditionOf(conditions, "Suspended");
  if (!isSuspended && before === undefined) return [...conditions];
  return withCondition(
    conditions,
    isSuspended
      ? { type: "Suspended", status: "True", reason: "JobSuspended", message: "Job suspended" }
      : { type: "Suspended", status: "False", reason: "JobResumed", message: "Job resumed" },
    { nowMs },
  );
}

function countPhase(pods: readonly Pod[], phase: string): number {
  return pods.filter((pod) => phaseOf(pod) === phase).length;
}

function hasEnded(pod: Pod): boolean {
  return phaseOf(pod) === "Failed" || phaseOf(pod) === "Succeeded";
}

/** Pods that are surplus go in this order: not ready before ready, young before old. */
function bySuitability(a: Pod, b: Pod): number {
  return Number(isPodReady(a)) - Number(isPodReady(b)) || createdMs(b) - createdMs(a);
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
