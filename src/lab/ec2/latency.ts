import type { Random } from "../../base/index.ts";

/** How long a call takes: evenly spread between the two, in whole milliseconds. */
export interface Delay {
  readonly minMs: number;
  readonly maxMs: number;
}

/** How long calls take, by what they do; single actions may differ. */
export interface LatencySettings {
  readonly read: Delay;
  readonly change: Delay;
  readonly actions: Readonly<Record<string, Delay>>;
}

const NOTHING: Delay = { minMs: 0, maxMs: 0 };

/** Replies as fast as the machine can. */
export const NO_LATENCY: LatencySettings = {
  read: NOTHING,
  change: NOTHING,
  actions: {},
};

/** About what a node sees from EC2 in its own region. */
export const TYPICAL_LATENCY: LatencySettings = {
  read: { minMs: 60, maxMs: 200 },
  change: { minMs: 150, maxMs: 500 },
  actions: {
    AttachNetworkInterface: { minMs: 300, maxMs: 800 },
    CreateNetworkInterface: { minMs: 300, maxMs: 800 },
    RunInstances: { minMs: 800, maxMs: 2000 },
  },
};

/** The duration of one call. */
export function pickDelayMs(delay: Delay, random: Random): number {
  return delay.minMs + random.below(Math.max(0, delay.maxMs - delay.minMs) + 1);
}
