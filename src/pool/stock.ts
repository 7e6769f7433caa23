import type { Planner } from "./planner.ts";
import { compareListed } from "./reconcile.ts";
import { hasTrunk } from "./room.ts";
import { maySpareEni } from "./spare-eni.ts";
import type { PoolState } from "./state.ts";
import type { Outcome, Step, WorkStep } from "./step.ts";
import { INSUFFICIENT_BACKOFF_MS, inBackoff, increase } from "./stock-grow.ts";
import { perform, type Program, sleep, StockMemory } from "./stock-program.ts";
import { decrease, freeOne, releaseLeftovers, releaseUseless } from "./stock-shrink.ts";
import { blocksOver, isTooLow } from "./targets.ts";

/** The stock plugin sleeps so long before each of the two phases of its loop. */
const HALF_PERIOD_MS = 2_500;
const DECREASE_INTERVAL_MS = 30_000;
const RECONCILE_INTERVAL_MS = 60_000;

/** The policy of VPC CNI v1.23: a loop of about 5 s with at most one growth step, one decrease and one freed ENI a pass. */
export class StockPlanner implements Planner {
  readonly #memory: StockMemory;
  readonly #program: Program<never>;
  #current: Step | undefined;
  #outcome: Outcome | undefined;

  constructor(state: PoolState) {
    this.#memory = new StockMemory(state);
    this.#program = run(this.#memory);
  }

  next(): Step {
    let step = this.#current ?? this.#resume();
    while (step.kind === "wait" && step.untilMs <= this.#memory.state.nowMs) step = this.#resume();
    this.#current = step;
    return step;
  }

  settled(step: WorkStep, outcome: Outcome): void {
    // A step that was handed out before a restart: the new process knows nothing of it.
    if (step !== this.#current) return;
    this.#current = undefined;
    this.#outcome = outcome;
  }

  observed(): void {
    // The loop finds out for itself.
  }

  retryAtMs(): number {
    const pass = this.#current?.kind === "wait" ? this.#current.untilMs : this.#memory.state.nowMs;
    const { insufficientMs } = this.#memory;
    return inBackoff(this.#memory)
      ? Math.max(pass, insufficientMs + INSUFFICIENT_BACKOFF_MS + 1)
      : pass;
  }

  #resume(): Step {
    const outcome = this.#outcome;
    this.#outcome = undefined;
    return this.#program.next(outcome).value;
  }
}

function* run(memory: StockMemory): Program<never> {
  const { state } = memory;
  yield* releaseUseless(memory);
  if (provisions(memory) && isTooLow(state.settings, state.stats())) yield* increase(memory);
  for (;;) {
    if (provisions(memory)) {
      yield* sleep(memory, HALF_PERIOD_MS);
      yield* releaseLeftovers(memory);
      yield* growOrShrink(memory);
    }
    yield* sleep(memory, HALF_PERIOD_MS);
    yield* reconcile(memory);
  }
}

function provisions({ state }: StockMemory): boolean {
  return state.settings.provisioning === "on";
}

function* growOrShrink(memory: StockMemory): Program<void> {
  const { state } = memory;
  const stats = state.stats();
  let decreased = false;
  if (isTooLow(state.settings, stats)) {
    yield* increase(memory);
  } else if (blocksOver(state.settings, stats) > 0 && mayDecrease(memory)) {
    yield* decrease(memory, stats);
    decreased = true;
  }
  // The numbers are those of the start of the pass.
  if (maySpareEni(state, stats)) yield* freeOne(memory);
  if (decreased) memory.lastDecreaseMs = memory.lastActionMs = state.nowMs;
}

function mayDecrease({ state, lastDecreaseMs }: StockMemory): boolean {
  return state.nowMs - lastDecreaseMs > DECREASE_INTERVAL_MS;
}

function* reconcile(memory: StockMemory): Program<void> {
  const { state } = memory;
  const awaitsTrunk = state.settings.trunkReserve === "reserved" && !hasTrunk(state.store.enis);
  if (state.nowMs - memory.lastActionMs <= RECONCILE_INTERVAL_MS && !awaitsTrunk) return;
  const outcome = yield* perform({ kind: "reconcile" });
  if (outcome.kind !== "listed" || outcome.enis.length === 0) return;
  for (const task of compareListed(state, outcome.enis).tasks) yield* perform(task);
  memory.lastActionMs = state.nowMs;
}
