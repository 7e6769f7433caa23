export { scaledTime, systemTime } from "./scaled-time.ts";
export type { Pace } from "./scaled-time.ts";
export type { SleepOptions, Time } from "./time.ts";
export { timeMs, timeText } from "./time-text.ts";
