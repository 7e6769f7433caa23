import { setTimeout } from "node:timers/promises";

/** The time, and the passing of time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Resolves after so many milliseconds of this clock. */
  sleep(ms: number): Promise<void>;
}

/** The machine's clock. */
export const SYSTEM_CLOCK: Clock = {
  nowMs: () => Date.now(),
  sleep: async (ms) => {
    await setTimeout(ms);
  },
};
