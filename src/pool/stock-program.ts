import { invariant } from "../base/index.ts";
import type { PoolState } from "./state.ts";
import type { Outcome, Step, WorkStep } from "./step.ts";

/**
 * A course of action that hands out steps and goes on with their outcomes. The stock plugin is a loop that blocks on
 * each call; written as a generator it stays readable side by side with what it imitates.
 */
export type Program<T> = Generator<Step, T, Outcome | undefined>;

/** What the stock plugin keeps between passes; −Infinity is "never". */
export class StockMemory {
  readonly state: PoolState;
  /** Last change of the pool; puts off reconciling. */
  lastActionMs: number = -Infinity;
  lastDecreaseMs: number = -Infinity;
  /** When a subnet last had too few addresses: one timer for the node. */
  insufficientMs: number = -Infinity;

  constructor(state: PoolState) {
    this.state = state;
  }
}

/** Hands out the step and waits for its outcome. */
export function* perform(step: WorkStep): Program<Outcome> {
  const outcome = yield step;
  invariant(outcome !== undefined, "a step was resumed without its outcome");
  return outcome;
}

/** Does nothing for so long. */
export function* sleep({ state }: StockMemory, durationMs: number): Program<void> {
  yield { kind: "wait", untilMs: state.nowMs + durationMs };
}
