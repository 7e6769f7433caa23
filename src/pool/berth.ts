import { invariant } from "../base/index.ts";
import { fallbackStep } from "./berth-fallback.ts";
import { growthStep } from "./berth-grow.ts";
import { BerthMemory, names } from "./berth-memory.ts";
import { noteFailure, noteSuccess } from "./berth-settle.ts";
import { freeStep, RETURN_INTERVAL_MS, surplusStep, uselessStep } from "./berth-shrink.ts";
import { blockKey } from "./block.ts";
import type { Planner } from "./planner.ts";
import { compareListed, mirror } from "./reconcile.ts";
import { fallsBack, servingUnits } from "./settings.ts";
import { ENI_AGE_MIN_MS } from "./spare-eni.ts";
import type { PoolState } from "./state.ts";
import type { AdoptEni, DescribeEni, Outcome, Step, UnassignBlocks, WorkStep } from "./step.ts";

const RECONCILE_INTERVAL_MS = 60_000;

/** What changes something in EC2, the most urgent first. */
function provisioningStep(memory: BerthMemory): WorkStep | undefined {
  const growth = growthStep(memory) ?? fallbackStep(memory);
  // A prefix that comes first shows how many of the single addresses can go, all in one call.
  const first =
    growth?.kind === "assignBlocks" && fallsBack(memory.state.settings) ? growth : undefined;
  return first ?? uselessStep(memory) ?? growth ?? freeStep(memory) ?? surplusStep(memory);
}

/**
 * Our policy: decides anew from the state whenever it is asked, and otherwise names the deadline at which
 * something could change by itself.
 */
export class BerthPlanner implements Planner {
  readonly #memory: BerthMemory;

  constructor(state: PoolState) {
    this.#memory = new BerthMemory(state);
  }

  next(): Step {
    const memory = this.#memory;
    const step =
      this.#question() ??
      (memory.state.settings.provisioning === "off" ? undefined : provisioningStep(memory)) ??
      this.#reconcile();
    if (step === undefined) return { kind: "wait", untilMs: this.#deadlineMs() };
    this.#prepare(step);
    return step;
  }

  settled(step: WorkStep, outcome: Outcome): void {
    const memory = this.#memory;
    if (outcome.kind === "failed") noteFailure(memory, step, outcome);
    else noteSuccess(memory, step);
    // An empty list is taken for an error of instance metadata.
    if (outcome.kind !== "listed" || outcome.enis.length === 0) return;
    const { tasks, missing } = compareListed(memory.state, outcome.enis);
    memory.tasks = [...tasks, ...missing.map((eni) => mirror(eni.id))];
    memory.unknownEnis = tasks.filter((task) => task.kind === "adoptEni").length;
  }

  observed(): void {
    this.#memory.reconcileAtMs = this.#memory.state.nowMs + RECONCILE_INTERVAL_MS;
    this.#memory.unknownEnis = 0;
    this.#memory.tasks = [];
    this.#memory.suspects.clear();
  }

  retryAtMs(): number {
    const { growthRetryAtMs, backoffs, state, suspects } = this.#memory;
    const questions = [...suspects].map((eniId) => backoffs.untilMs(names.describe(eniId)));
    // Single addresses are asked for at once where prefixes are held off.
    const growthAtMs = fallbackStep(this.#memory) === undefined ? growthRetryAtMs : state.nowMs;
    return Math.max(growthAtMs, backoffs.untilMs(names.ec2), state.nowMs, ...questions);
  }

  // EC2 is asked about differences before anything is decided on them.
  #question(): DescribeEni | AdoptEni | undefined {
    const memory = this.#memory;
    if (memory.holds(names.ec2)) return undefined;
    const task = memory.tasks.shift();
    if (task !== undefined) return task;
    for (const eniId of memory.suspects) {
      if (memory.state.store.eni(eniId) === undefined) memory.suspects.delete(eniId);
      else if (!memory.holds(names.describe(eniId))) return mirror(eniId);
    }
    return undefined;
  }

  #reconcile(): WorkStep | undefined {
    return this.#memory.reconcileAtMs <= this.#memory.state.nowMs
      ? { kind: "reconcile" }
      : undefined;
  }

  // From here on nobody is to use what the step takes away.
  #prepare(step: WorkStep): void {
    const { store, nowMs } = this.#memory.state;
    if (step.kind === "reconcile") this.#memory.reconcileAtMs = nowMs + RECONCILE_INTERVAL_MS;
    if (step.kind === "unassignBlocks") this.#takeOut(step);
    const eni = step.kind === "freeEni" ? store.eni(step.eniId) : undefined;
    if (eni !== undefined) eni.phase = "leaving";
  }

  #takeOut(step: UnassignBlocks): void {
    const { store, nowMs, settings } = this.#memory.state;
    const cidrs = new Set(step.blocks.map(blockKey));
    const eni = store.eni(step.eniId);
    invariant(eni !== undefined, `${step.eniId} is not in the pool`);
    for (const block of eni.blocks()) {
      if (!cidrs.has(blockKey(block.cidr))) continue;
      store.removeBlock(eni, block);
      store.quarantine.add(block.cidr, nowMs);
    }
    const bits: number[] = servingUnits(settings).map((unit) => (unit === "address" ? 32 : 28));
    if (step.blocks.some((block) => bits.includes(block.bits))) this.#memory.returning = true;
  }

  #deadlineMs(): number {
    const { state, backoffs, reconcileAtMs, lastReturnMs } = this.#memory;
    const { nowMs, store, settings } = state;
    const ages = store.enis.map((eni) => eni.sinceMs + ENI_AGE_MIN_MS);
    const deadlines = [lastReturnMs + RETURN_INTERVAL_MS + 1, ...ages].filter((ms) => ms > nowMs);
    return Math.min(
      reconcileAtMs,
      store.cooldown.nextFreeMs(settings.cooldownMs),
      backoffs.nextMs(nowMs),
      ...deadlines,
    );
  }
}
