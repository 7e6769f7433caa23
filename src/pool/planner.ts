import type { Outcome, Step, WorkStep } from "./step.ts";

/** A policy at work: what to do next. It reads and, when it starts a step, prepares the pool's state. */
export interface Planner {
  /** The next step; asked only when none is under way. */
  next(): Step;
  /** How a step went. Its direct effects on the store are applied already. */
  settled(step: WorkStep, outcome: Outcome): void;
  /** The caller has listed every attached ENI, and the store was made the same. */
  observed(): void;
  /** After a failed attempt to grow: when the next may come. */
  retryAtMs(): number;
}
