import type { CronJob, CronJobSpec, Job } from "kubernetes-types/batch/v1";
import { describe, expect, it, test } from "vitest";
import { nameOf } from "../objects/meta.ts";
import { ago, NOW_MS } from "../testing/objects-for-tests.ts";
import { planCronJob } from "./plan.ts";
import { parseSchedule, type Schedule } from "./schedule.ts";

function schedule(text: string, timeZone?: string): Schedule {
  const parsed = parseSchedule(text, timeZone);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function cronJob(spec: Partial<CronJobSpec> = {}, lastSeconds?: number): CronJob {
  return {
    metadata: { name: "tick", namespace: "default", uid: "u", creationTimestamp: ago(90) },
    spec: { schedule: "* * * * *", jobTemplate: {}, ...spec },
    status: lastSeconds === undefined ? {} : { lastScheduleTime: ago(lastSeconds) },
  };
}

function job(name: string, end?: "Complete" | "Failed", age = 10): Job {
  const conditions = end === undefined ? [] : [{ type: end, status: "True" }];
  return {
    metadata: { name, namespace: "default", uid: `${name}-uid`, creationTimestamp: ago(age) },
    status: { conditions, ...(end === "Complete" ? { completionTime: ago(5) } : {}) },
  };
}

function plan(object: CronJob, jobs: readonly Job[] = []): ReturnType<typeof planCronJob> {
  return planCronJob(object, { jobs, schedule: schedule("* * * * *"), nowMs: NOW_MS });
}

describe("parseSchedule", () => {
  test.each([
    { text: "*/15 * * * *", zone: undefined, want: "2026-11-24T12:15:00.000Z" },
    { text: "@hourly", zone: undefined, want: "2026-11-24T13:00:00.000Z" },
    { text: "30 2 * * *", zone: "Europe/Berlin", want: "2026-11-25T01:30:00.000Z" },
    { text: "TZ=Asia/Tokyo 0 0 * * *", zone: undefined, want: "2026-11-24T15:00:00.000Z" },
    { text: "0 0 1 * 1", zone: undefined, want: "2026-11-30T00:00:00.000Z" },
  ])("$text in $zone", ({ text, zone, want }) => {
    expect(new Date(schedule(text, zone).nextMs(NOW_MS) ?? 0).toISOString()).toBe(want);
  });

  test.each(["", "* * * *", "* * * * * *", "61 * * * *", "@sometimes"])("refuses %j", (text) => {
    expect(parseSchedule(text, undefined).ok).toBe(false);
  });

  it("refuses a time zone that there is not", () => {
    expect(parseSchedule("* * * * *", "Mars/Olympus").ok).toBe(false);
  });
});

describe("planCronJob", () => {
  it("makes a job named after the minute, when that has come", () => {
    const { create, scheduledMs, dueMs } = plan(cronJob());
    expect(create && nameOf(create)).toBe(`tick-${NOW_MS / 60_000}`);
    expect([scheduledMs, dueMs]).toEqual([NOW_MS, NOW_MS + 60_000]);
  });

  it("makes it once", () => {
    expect(plan(cronJob({}, 0)).create).toBeUndefined();
  });

  it("does nothing while it is suspended", () => {
    expect(plan(cronJob({ suspend: true }))).toMatchObject({ create: undefined, dueMs: undefined });
  });

  it("forbids, or replaces, what still runs", () => {
    const running = [job("tick-1")];
    const forbidden = plan(cronJob({ concurrencyPolicy: "Forbid" }), running);
    expect(forbidden.create).toBeUndefined();
    expect(forbidden.remarks.map(({ reason }) => reason)).toEqual(["JobAlreadyActive"]);
    const replaced = plan(cronJob({ concurrencyPolicy: "Replace" }), running);
    expect(replaced.replace.map(nameOf)).toEqual(["tick-1"]);
    expect(plan(cronJob(), running)).toMatchObject({ replace: [] });
  });

  it("leaves out what is later than it may begin", () => {
    const facts = { jobs: [], nowMs: NOW_MS + 50_000, schedule: schedule("* * * * *") };
    expect(planCronJob(cronJob({ startingDeadlineSeconds: 10 }), facts).create).toBeUndefined();
    expect(planCronJob(cronJob({ startingDeadlineSeconds: 55 }), facts).create).toBeDefined();
  });

  it("warns of many missed runs, and makes the last of them", () => {
    const { create, remarks, scheduledMs } = plan(cronJob({}, 3600 * 3));
    expect(remarks.map(({ reason }) => reason)).toEqual(["TooManyMissedTimes"]);
    expect([create === undefined, scheduledMs]).toEqual([false, NOW_MS]);
  });

  it("keeps so many ended jobs", () => {
    const jobs = [
      job("c1", "Complete", 50),
      job("c2", "Complete", 40),
      job("f1", "Failed", 30),
      job("f2", "Failed", 20),
    ];
    const { surplus } = plan(cronJob({ successfulJobsHistoryLimit: 1 }, 0), jobs);
    expect(surplus.map(nameOf)).toEqual(["c1", "f1"]);
  });

  it("says that a job has ended, and when one succeeded last", () => {
    const active = [{ name: "c1", uid: "c1-uid" }];
    const object: CronJob = { ...cronJob({}, 0), status: { active, lastScheduleTime: ago(0) } };
    const { remarks, status } = plan(object, [job("c1", "Complete"), job("r1")]);
    expect(remarks.map(({ message }) => message)).toEqual([
      "Saw completed job: c1, condition: Complete",
    ]);
    expect(status.active?.map(({ name }) => name)).toEqual(["r1"]);
    expect(status.lastSuccessfulTime).toBe("2026-11-24T11:59:55Z");
  });
});
