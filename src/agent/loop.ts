import type { Outcome, Pool, PoolChange, WorkStep } from "../pool/index.ts";
import type { Time } from "../time/index.ts";
import type { Log } from "./log.ts";
import { errorFacts } from "./log.ts";
import type { Wake } from "./wake.ts";

/** What keeps a pool going. */
export interface LoopParts {
  readonly pool: Pool;
  readonly time: Time;
  readonly log: Log;
  /** Called whenever something happened that may change what the pool wants. */
  readonly wake: Wake;
  /** No step is taken before this resolves. It never rejects. */
  readonly begin: Promise<void>;
  perform(step: WorkStep): Promise<Outcome>;
  /** How a step went and what that changed in the pool, before anybody else can see it. */
  onOutcome(step: WorkStep, outcome: Outcome, change: PoolChange): void;
  /** Between steps, so that nothing of a step is under way. Answers when it wants to be called again. */
  houseKeep(nowMs: number): Promise<number>;
}

/** A pool's loop that was started. */
export interface RunningLoop {
  /** Resolves once the pool has taken its first step or has found that there is none to take. */
  readonly settled: Promise<void>;
  /** Resolves when the loop has ended after its signal; rejects if it broke, which is a bug. */
  readonly ended: Promise<void>;
}

/**
 * Asks the pool for its next step, performs it, gives back the outcome, and sleeps until the pool's deadline or a call
 * when there is none: one step at a time, and no polling beyond what the pool's policy asks for. A step under way is
 * brought to its end after `signal` aborts.
 */
export function startLoop(parts: LoopParts, signal: AbortSignal): RunningLoop {
  const settled: PromiseWithResolvers<void> = Promise.withResolvers();
  const ended = run(parts, signal, settled.resolve).finally(settled.resolve);
  return { settled: settled.promise, ended };
}

async function run(parts: LoopParts, signal: AbortSignal, settle: () => void): Promise<void> {
  const { pool, time, wake } = parts;
  await parts.begin;
  let houseKeepAtMs = -Infinity;
  while (!signal.aborted) {
    if (time.nowMs() >= houseKeepAtMs) houseKeepAtMs = await parts.houseKeep(time.nowMs());
    const step = pool.next(time.nowMs());
    if (step.kind === "wait") {
      settle();
      await wake.sleep(Math.min(step.untilMs, houseKeepAtMs), signal);
    } else {
      await takeStep(parts, step);
      settle();
    }
  }
}

async function takeStep(parts: LoopParts, step: WorkStep): Promise<void> {
  const { pool, time, log, wake } = parts;
  log.debug({ step }, "step");
  const startedMs = time.nowMs();
  const outcome = await parts.perform(step);
  const tookMs = Math.round(time.nowMs() - startedMs);
  if (outcome.kind === "failed") {
    const { reason, code, subnetId } = outcome;
    log.warn(
      { step: step.kind, reason, code, subnet: subnetId, tookMs },
      "a step of the pool failed",
    );
  } else {
    log.info(
      { ...summary(step), step: step.kind, outcome: outcome.kind, tookMs },
      "a step of the pool is done",
    );
  }
  const change = pool.outcome(step, outcome, time.nowMs());
  try {
    parts.onOutcome(step, outcome, change);
  } catch (error) {
    log.error(errorFacts(error), "the kernel could not follow the pool");
  }
  wake.call();
}

function summary(step: WorkStep): object {
  if (step.kind !== "unassignBlocks") return step;
  return { eniId: step.eniId, blocks: step.blocks.length };
}
