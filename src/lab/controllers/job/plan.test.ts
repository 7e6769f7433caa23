import type { Job, JobSpec, JobStatus } from "kubernetes-types/batch/v1";
import type { Pod } from "kubernetes-types/core/v1";
import { describe, expect, it, test } from "vitest";
import { nameOf } from "../objects/meta.ts";
import { ago, NOW_MS, podNamed } from "../testing/objects-for-tests.ts";
import { type JobPlan, planJob } from "./plan.ts";

function jobWith(spec: Partial<JobSpec> = {}, status: JobStatus = {}): Job {
  return {
    metadata: { name: "once", creationTimestamp: ago(100) },
    spec: { template: {}, parallelism: 1, completions: 1, backoffLimit: 2, ...spec },
    status,
  };
}

function plan(job: Job, pods: readonly Pod[]): JobPlan {
  return planJob(job, { pods, nowMs: NOW_MS });
}

function said({ status }: JobPlan): string[] {
  return (status.conditions ?? []).map(({ type, reason }) => `${type} ${reason ?? ""}`);
}

const failed = (count: number, age = 1000): Pod[] =>
  Array.from({ length: count }, (_, index) => podNamed(`f${index}`, { phase: "Failed", age }));

describe("planJob", () => {
  test.each([
    { name: "begins with one pod", job: jobWith(), pods: [], want: { create: 1, active: 0 } },
    {
      name: "begins as many as may run at once",
      job: jobWith({ parallelism: 3, completions: 5 }),
      pods: [podNamed("a"), podNamed("b", { phase: "Succeeded" })],
      want: { create: 2, active: 1 },
    },
    {
      name: "begins no more than are still to succeed",
      job: jobWith({ parallelism: 3, completions: 2 }),
      pods: [podNamed("b", { phase: "Succeeded" })],
      want: { create: 1, active: 0 },
    },
    {
      name: "waits after a failure",
      job: jobWith(),
      pods: failed(1, 5),
      want: { create: 0, active: 0 },
    },
    {
      name: "goes on after the wait",
      job: jobWith(),
      pods: failed(1, 11),
      want: { create: 1, active: 0 },
    },
    {
      name: "is suspended: its pods go",
      job: jobWith({ suspend: true }),
      pods: [podNamed("a")],
      want: { create: 0, active: 0 },
    },
  ])("$name", ({ job, pods, want }) => {
    const { create, status } = plan(job, pods);
    expect({ create, active: status.active ?? 0 }).toEqual(want);
  });

  it("is complete when enough have succeeded and none is left running", () => {
    const one = plan(jobWith({ parallelism: 2 }), [
      podNamed("a", { phase: "Succeeded" }),
      podNamed("b"),
    ]);
    expect(said(one)).toEqual(["SuccessCriteriaMet CompletionsReached"]);
    expect(one.remove.map(nameOf)).toEqual(["b"]);
    const done = plan(jobWith({}, one.status), [podNamed("a", { phase: "Succeeded" })]);
    expect(said(done)).toEqual([
      "SuccessCriteriaMet CompletionsReached",
      "Complete CompletionsReached",
    ]);
    expect(done.status).toMatchObject({ succeeded: 1, completionTime: "2026-11-24T12:00:00Z" });
  });

  it("has failed after as many failures as it may, and not before its pods are gone", () => {
    const pods = [...failed(3), podNamed("last")];
    const failing = plan(jobWith(), pods);
    expect(said(failing)).toEqual(["FailureTarget BackoffLimitExceeded"]);
    const over = plan(jobWith({}, failing.status), failed(3));
    expect(said(over)).toEqual([
      "FailureTarget BackoffLimitExceeded",
      "Failed BackoffLimitExceeded",
    ]);
    expect(over.create).toBe(0);
  });

  it("has failed after its deadline, and says when that will be", () => {
    const status = { startTime: ago(20) };
    const due = plan(jobWith({ activeDeadlineSeconds: 30 }, status), [podNamed("a")]);
    expect(due.dueMs).toBe(NOW_MS + 10_000);
    const late = plan(jobWith({ activeDeadlineSeconds: 10 }, status), [podNamed("a")]);
    expect(said(late)).toEqual(["FailureTarget DeadlineExceeded"]);
    expect(late.remove.map(nameOf)).toEqual(["a"]);
  });

  it("counts restarts in place as failures", () => {
    const spec = { restartPolicy: "OnFailure" };
    const pods = [podNamed("a", { restarts: 2, spec })];
    expect(said(plan(jobWith(), pods))).toEqual(["FailureTarget BackoffLimitExceeded"]);
  });

  it("refuses indexed jobs plainly", () => {
    const refused = plan(jobWith({ completionMode: "Indexed" }), []);
    expect(said(refused)).toContain("Failed IndexedJobsNotSupported");
    expect(refused.create).toBe(0);
  });

  it("without completions ends after one success, when the others have ended", () => {
    const { template = {} } = jobWith().spec ?? {};
    const queue: Job = { ...jobWith(), spec: { template, parallelism: 2 } };
    const success = podNamed("a", { phase: "Succeeded" });
    expect(plan(queue, [success, podNamed("b")])).toMatchObject({ create: 0, remove: [] });
    expect(said(plan(queue, [success]))).toContain("Complete CompletionsReached");
  });

  it("is deleted when its time to live is over", () => {
    const end = { type: "Complete", status: "True", lastTransitionTime: ago(60) };
    const status = { conditions: [end] };
    const spec = { ttlSecondsAfterFinished: 100 };
    expect(plan(jobWith(spec, status), [])).toMatchObject({
      isExpired: false,
      dueMs: NOW_MS + 40_000,
    });
    const short = { ttlSecondsAfterFinished: 30 };
    expect(plan(jobWith(short, status), []).isExpired).toBe(true);
  });

  it("says in its conditions that it was suspended and resumed", () => {
    const suspended = plan(jobWith({ suspend: true }), []);
    expect(said(suspended)).toEqual(["Suspended JobSuspended"]);
    expect(said(plan(jobWith({}, suspended.status), []))).toEqual(["Suspended JobResumed"]);
  });
});
