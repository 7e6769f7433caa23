import type { Deployment, DeploymentCondition } from "kubernetes-types/apps/v1";
import { conditionOf } from "../objects/condition.ts";
import { nameOf } from "../objects/meta.ts";
import type { Fleet } from "./fleet.ts";
import { hasProgressDeadline, withProgressCondition } from "./status.ts";

/** The conditions, with Progressing saying that it was paused or resumed. */
export function withPause(
  deployment: Deployment,
  { nowMs }: { readonly nowMs: number },
): readonly DeploymentCondition[] {
  const conditions = deployment.status?.conditions ?? [];
  const reason = conditionOf(conditions, "Progressing")?.reason;
  if (!hasProgressDeadline(deployment) || reason === "ProgressDeadlineExceeded") return conditions;
  const isPaused = deployment.spec?.paused === true;
  if (isPaused === (reason === "DeploymentPaused")) return conditions;
  const wanted = isPaused
    ? ({ reason: "DeploymentPaused", message: "Deployment is paused" } as const)
    : ({ reason: "DeploymentResumed", message: "Deployment is resumed" } as const);
  return withProgressCondition(conditions, { status: "Unknown", ...wanted }, { nowMs });
}

/** The conditions of a Deployment that finds a ReplicaSet it has said nothing of, as after a restart from others. */
export function withFound(
  { deployment, current }: Fleet,
  conditions: readonly DeploymentCondition[],
  { nowMs }: { readonly nowMs: number },
): readonly DeploymentCondition[] {
  if (current === undefined || !hasProgressDeadline(deployment)) return conditions;
  if (conditionOf(conditions, "Progressing") !== undefined) return conditions;
  const message = `Found new replica set "${nameOf(current)}"`;
  const wanted = { status: "True", reason: "FoundNewReplicaSet", message } as const;
  return withProgressCondition(conditions, wanted, { nowMs });
}
