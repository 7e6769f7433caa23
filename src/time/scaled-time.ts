import { setTimeout as delay } from "node:timers/promises";
import type { SleepOptions, Time } from "./time.ts";

/** How a time passes. */
export interface Pace {
  /** Its milliseconds in one millisecond of the wall clock; more than 0. */
  readonly speed: number;
  /** When it begins, in milliseconds since 1970. */
  readonly startMs: number;
}

// setTimeout takes 32-bit milliseconds and fires at once for more.
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** A time that begins at `startMs` now and passes `speed` times as fast as the wall clock. Throws RangeError. */
export function scaledTime({ speed, startMs }: Pace): Time {
  if (!(speed > 0)) throw new RangeError(`speed must be more than 0, got ${speed}`);
  const begunMs = performance.now();
  const nowMs = (): number => startMs + (performance.now() - begunMs) * speed;

  async function sleep(ms: number, { signal, holds = false }: SleepOptions = {}): Promise<void> {
    const untilMs = nowMs() + ms;
    for (let leftMs = ms; leftMs > 0; leftMs = untilMs - nowMs()) {
      if (signal?.aborted === true) return;
      const options = { ref: holds, ...(signal === undefined ? {} : { signal }) };
      await delay(Math.min(leftMs / speed, LONGEST_DELAY_MS), undefined, options).catch(
        () => undefined,
      );
    }
  }

  return { nowMs, sleep };
}

/** The time of this process: the wall clock at its start plus what has passed since, so it never jumps. */
export const systemTime: Time = scaledTime({
  speed: 1,
  startMs: performance.timeOrigin + performance.now(),
});
