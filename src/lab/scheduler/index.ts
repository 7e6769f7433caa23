export { startScheduler } from "./start-scheduler.ts";
export type { Scheduler } from "./start-scheduler.ts";
