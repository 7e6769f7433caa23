import type { Job, JobStatus } from "kubernetes-types/batch/v1";
import type { Pod } from "kubernetes-types/core/v1";
import {
  type EventRecorder,
  type Informer,
  isNotFound,
  JOBS,
  PODS,
} from "../../../kube-client/index.ts";
import { conditionOf } from "../objects/condition.ts";
import { isDeleting, keyOf, nameOf, namespaceOf, refOf, refOfKey, uidOf } from "../objects/meta.ts";
import { controllerReference } from "../objects/owner.ts";
import { podOfTemplate } from "../objects/template.ts";
import { type Expectations, newExpectations } from "../shell/expectations.ts";
import { followPods } from "../shell/follow-pods.ts";
import { openPodControl, type PodControl } from "../shell/pod-control.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";
import { writeStatus } from "../shell/write-status.ts";
import { type JobPlan, planJob } from "./plan.ts";

/** Runs jobs to their end, and deletes those whose time to live is over. */
export class JobController implements Controller {
  readonly #shell: Shell;
  readonly #jobs: Informer<Job>;
  readonly #expectations: Expectations;
  readonly #events: EventRecorder;
  readonly #pods: PodControl;
  readonly #loop: Loop;
  readonly #stops: readonly (() => void)[];

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#jobs = shell.informers.of(JOBS);
    this.#expectations = newExpectations(shell.time);
    this.#events = shell.recorder("job-controller");
    this.#pods = openPodControl(shell, { events: this.#events, expectations: this.#expectations });
    this.#loop = openLoop(shell, {
      sync: (key) => this.#sync(key),
      needs: [this.#jobs, shell.informers.of(PODS)],
    });
    this.#stops = [
      this.#jobs.onChange(({ type, object }) => {
        if (type === "deleted") this.#expectations.forget(uidOf(object));
        else this.#loop.add(keyOf(object));
      }),
      followPods(shell, {
        resource: JOBS,
        // A job's pods are known by their controller alone: it adopts none.
        selectorOf: () => undefined,
        loop: this.#loop,
        expectations: this.#expectations,
      }),
    ];
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#loop.close();
  }

  async #sync(key: string): Promise<number | undefined> {
    const job = this.#jobs.get(refOfKey(key));
    if (job === undefined || isDeleting(job) || !this.#expectations.isMet(uidOf(job))) {
      return undefined;
    }
    const nowMs = this.#shell.time.nowMs();
    const plan = planJob(job, { pods: this.#shell.podsByController.get(uidOf(job)), nowMs });
    if (plan.isExpired) {
      await this.#expire(job);
      return undefined;
    }
    const failure = await this.#perform(job, plan);
    await writeStatus(this.#shell, { resource: JOBS, object: job, status: plan.status });
    this.#sayWhatIsNew(job, plan.status);
    if (failure !== undefined) throw failure.error;
    return plan.dueMs === undefined ? undefined : Math.max(1, plan.dueMs - nowMs + 1);
  }

  async #perform(job: Job, plan: JobPlan): ReturnType<PodControl["create"]> {
    const removed = await this.#pods.remove(job, plan.remove);
    const pod = podOfJob(job);
    const created = await this.#pods.create(
      job,
      Array.from({ length: plan.create }, () => pod),
    );
    return created ?? removed;
  }

  async #expire(job: Job): Promise<void> {
    await this.#shell.client
      .delete(JOBS, refOf(job), { uid: uidOf(job), propagationPolicy: "Foreground" })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }

  #sayWhatIsNew(job: Job, status: JobStatus): void {
    const hadBefore = (type: string): boolean =>
      conditionOf(job.status?.conditions, type)?.status === "True";
    const isNow = (type: string): boolean =>
      conditionOf(status.conditions, type)?.status === "True";
    if (isNow("Complete") && !hadBefore("Complete")) {
      this.#events.event(job, { type: "Normal", reason: "Completed", message: "Job completed" });
    }
    const failed = conditionOf(status.conditions, "Failed");
    if (failed?.status === "True" && !hadBefore("Failed")) {
      const { reason = "Failed", message = "" } = failed;
      this.#events.event(job, { type: "Warning", reason, message });
    }
    if (isNow("Suspended") !== hadBefore("Suspended")) {
      const [reason, message] = isNow("Suspended")
        ? ["Suspended", "Job suspended"]
        : ["Resumed", "Job resumed"];
      this.#events.event(job, { type: "Normal", reason, message });
    }
  }
}

function podOfJob(job: Job): Pod {
  const name = nameOf(job);
  return podOfTemplate(job.spec?.template ?? {}, {
    namespace: namespaceOf(job),
    generateName: `${name}-`,
    owner: controllerReference(job, JOBS),
    labels: {
      "batch.kubernetes.io/controller-uid": uidOf(job),
      "batch.kubernetes.io/job-name": name,
      "controller-uid": uidOf(job),
      "job-name": name,
    },
  });
}
