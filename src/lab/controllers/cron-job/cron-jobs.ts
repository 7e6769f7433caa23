import type { CronJob, Job } from "kubernetes-types/batch/v1";
import { timeText } from "../../../time/index.ts";
import {
  CRON_JOBS,
  type EventRecorder,
  type Informer,
  isAlreadyExists,
  isNotFound,
  JOBS,
} from "../../../kube-client/index.ts";
import { isDeleting, keyOf, nameOf, namespaceOf, refOf, refOfKey, uidOf } from "../objects/meta.ts";
import { controllerOf, isControlledBy } from "../objects/owner.ts";
import { type Index, indexOf } from "../shell/index-of.ts";
import { messageOf } from "../shell/pod-control.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";
import { writeStatus } from "../shell/write-status.ts";
import { planCronJob, referenceTo } from "./plan.ts";
import { parseSchedule } from "./schedule.ts";

/** Creates jobs when they are due. */
export class CronJobController implements Controller {
  readonly #shell: Shell;
  readonly #cronJobs: Informer<CronJob>;
  readonly #jobs: Index<Job>;
  readonly #events: EventRecorder;
  readonly #loop: Loop;
  readonly #stops: readonly (() => void)[];

  constructor(shell: Shell) {
    const jobs = shell.informers.of(JOBS);
    this.#shell = shell;
    this.#cronJobs = shell.informers.of(CRON_JOBS);
    this.#jobs = indexOf(jobs, (job) => controllerOf(job)?.uid);
    this.#events = shell.recorder("cronjob-controller");
    this.#loop = openLoop(shell, {
      sync: (key) => this.#sync(key),
      needs: [this.#cronJobs, jobs],
    });
    this.#stops = [
      this.#cronJobs.onChange(({ type, object }) => {
        if (type !== "deleted") this.#loop.add(keyOf(object));
      }),
      jobs.onChange(({ object }) => {
        if (!isControlledBy(object, CRON_JOBS)) return;
        this.#loop.add(`${namespaceOf(object)}/${controllerOf(object)?.name ?? ""}`);
      }),
    ];
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#loop.close();
  }

  async #sync(key: string): Promise<number | undefined> {
    const cronJob = this.#cronJobs.get(refOfKey(key));
    if (cronJob === undefined || isDeleting(cronJob)) return undefined;
    const { schedule: text = "", timeZone } = cronJob.spec ?? {};
    const schedule = parseSchedule(text, timeZone);
    if (!schedule.ok) {
      const message = `unparseable schedule: "${text}" : ${schedule.error}`;
      this.#events.event(cronJob, { type: "Warning", reason: "UnparseableSchedule", message });
      return undefined;
    }
    const nowMs = this.#shell.time.nowMs();
    const jobs = this.#jobs.get(uidOf(cronJob));
    const plan = planCronJob(cronJob, { jobs, schedule: schedule.value, nowMs });
    for (const remark of plan.remarks) this.#events.event(cronJob, remark);
    for (const job of plan.surplus) await this.#remove(cronJob, job);
    for (const job of plan.replace) await this.#remove(cronJob, job);
    const created =
      plan.create === undefined ? undefined : await this.#create(cronJob, plan.create);
    const status =
      created === undefined || plan.scheduledMs === undefined
        ? plan.status
        : {
            ...plan.status,
            active: [...(plan.status.active ?? []), referenceTo(created)],
            lastScheduleTime: timeText(plan.scheduledMs),
          };
    await writeStatus(this.#shell, { resource: CRON_JOBS, object: cronJob, status });
    return plan.dueMs === undefined ? undefined : plan.dueMs - nowMs + 100;
  }

  /** The job that is there now; it may have been made before our informers knew of it. */
  async #create(cronJob: CronJob, job: Job): Promise<Job> {
    try {
      const created = await this.#shell.client.create(JOBS, job);
      const message = `Created job ${nameOf(created)}`;
      this.#events.event(cronJob, { type: "Normal", reason: "SuccessfulCreate", message });
      return created;
    } catch (error) {
      if (isAlreadyExists(error)) return this.#shell.client.get(JOBS, refOf(job));
      const message = `Error creating job: ${messageOf(error)}`;
      this.#events.event(cronJob, { type: "Warning", reason: "FailedCreate", message });
      throw error;
    }
  }

  async #remove(cronJob: CronJob, job: Job): Promise<void> {
    try {
      const options = { uid: uidOf(job), propagationPolicy: "Background" } as const;
      await this.#shell.client.delete(JOBS, refOf(job), options);
      const message = `Deleted job ${nameOf(job)}`;
      this.#events.event(cronJob, { type: "Normal", reason: "SuccessfulDelete", message });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
