import { BerthError } from "../base/index.ts";
import type { SubnetId } from "../facts/index.ts";
import type { FailureReason, StepFailure } from "../pool/index.ts";
import { Ec2Error } from "./ec2-error.ts";

/** Turns what a port threw into an outcome for the pool, once. `subnetId` is where room was asked for. */
export function stepFailure(error: unknown, subnetId?: SubnetId): StepFailure {
  return { kind: "failed", ...classify(error), subnetId };
}

function classify(error: unknown): { reason: FailureReason; code: string } {
  if (error instanceof Ec2Error) return { reason: error.reason, code: error.ec2Code };
  if (error instanceof EniNotShown) return { reason: "notReady", code: error.code };
  if (error instanceof BerthError) {
    return { reason: error.code === "linkNotFound" ? "notReady" : "other", code: error.code };
  }
  if (error instanceof Error && error.name === "AbortError")
    return { reason: "other", code: "AgentStopping" };
  // Not one of the world's failures but ours: it must not pass for a refusal of EC2.
  throw error;
}

/** An attached ENI did not appear in instance metadata in time, or not with its addresses. */
export class EniNotShown extends BerthError {
  constructor(what: string, facts: Readonly<Record<string, unknown>>) {
    super("eniNotShown", `The new ENI is not usable yet: ${what}.`, {
      fix: "Nothing to do: the agent takes it in as soon as instance metadata shows it.",
      facts,
    });
  }
}
