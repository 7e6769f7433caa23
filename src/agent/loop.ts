import type { Outcome, Pool, PoolChange, WorkStep } from "../pool/index.ts";
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";
import { errorFacts } from "./log.ts";
import type { Wake } from "./wake.ts";

/** What keeps a pool going. */
export interface LoopParts {
  readonly pool: Pool;
  readonly now: Clock;
  readonly log: Log;
  /** Called whenever something happened that may change what the pool wants. */
  readonly wake: Wake;
  perform(step: WorkStep): Promise<Outcome>;
  /** What an outcome changed, before anybody else can see it. */
  onChange(change: PoolChange): void;
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
  const { pool, now, wake } = parts;
  let houseKeepAtMs = -Infinity;
  while (!signal.aborted) {
    if (now() >= houseKeepAtMs) houseKeepAtMs = await parts.houseKeep(now());
    const step = pool.next(now());
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
  const { pool, now, log, wake } = parts;
  log.debug({ step }, "step");
  const startedMs = now();
  const outcome = await parts.perform(step);
  const tookMs = Math.round(now() - startedMs);
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
  const change = pool.outcome(step, outcome, now());
  try {
    parts.onChange(change);
  } catch (error) {
    log.error(errorFacts(error), "the kernel could not follow the pool");
  }
  wake.call();
}

function summary(step: WorkStep): object {
  if (step.kind !== "unassignBlocks") return step;
  return { eniId: step.eniId, blocks: step.blocks.length };
}
