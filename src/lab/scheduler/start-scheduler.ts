import type { KubeClient } from "../../kube-client/index.ts";
import type { Time } from "../../time/index.ts";

/** What a scheduler needs. */
export interface SchedulerOptions {
  readonly client: KubeClient;
  readonly time: Time;
  /** Told of exceptions that only a bug can cause; the scheduler goes on. */
  readonly onBug: (error: unknown) => void;
}

/** A running scheduler. */
export interface Scheduler {
  /** Places nothing any more. Resolves when the bindings under way are done. */
  close(): Promise<void>;
}

/** Starts placing the pods that name `default-scheduler`, as kube-scheduler does. */
export function startScheduler(options: SchedulerOptions): Scheduler {
  throw new Error(`being written: ${options.client.namespace}`);
}
