import { AsyncLocalStorage } from "node:async_hooks";
import type { WorkStep } from "../../pool/index.ts";

/**
 * Why the agent calls EC2: a step of its pool, its start, the sweep for ENIs that nobody uses, a watch that looks again
 * from time to time, or none of these.
 */
export type CallReason = WorkStep["kind"] | "start" | "sweep" | "watch" | "other";

const reasons = new AsyncLocalStorage<CallReason>();

/** Runs `work`; every EC2 call that it leads to, also later, is made for `reason`. The innermost reason counts. */
export function because<T>(reason: CallReason, work: () => T): T {
  return reasons.run(reason, work);
}

/** Why the code that asks is running. */
export function presentReason(): CallReason {
  return reasons.getStore() ?? "other";
}
