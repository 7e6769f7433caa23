export { startScheduler } from "./start-scheduler.ts";
export type { Scheduler, SchedulerOptions } from "./start-scheduler.ts";
