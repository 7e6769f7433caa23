import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
} from "kubernetes-types/apps/v1";
import { timeMs, timeText } from "../../../time/index.ts";
import { withoutZeros } from "../objects/canonical.ts";
import {
  conditionOf,
  type WantedCondition,
  withCondition,
  withoutCondition,
} from "../objects/condition.ts";
import { nameOf } from "../objects/meta.ts";
import {
  allOf,
  allowanceOf,
  type Fleet,
  replicasOf,
  totalAvailable,
  totalReplicas,
} from "./fleet.ts";

/** The reasons of the condition Progressing. */
export type ProgressReason =
  | "NewReplicaSetCreated"
  | "FoundNewReplicaSet"
  | "ReplicaSetUpdated"
  | "NewReplicaSetAvailable"
  | "ProgressDeadlineExceeded"
  | "ReplicaSetCreateError"
  | "DeploymentPaused"
  | "DeploymentResumed";

type Counts = Required<
  Pick<DeploymentStatus, "replicas" | "updatedReplicas" | "readyReplicas" | "availableReplicas">
>;

/** The numbers and the condition Available; the other conditions are `conditions`. */
export function deploymentStatus(
  fleet: Fleet,
  conditions: readonly DeploymentCondition[],
  { nowMs }: { readonly nowMs: number },
): DeploymentStatus {
  const { deployment, current } = fleet;
  const all = allOf(fleet);
  const available = totalAvailable(all);
  const enough = available >= replicasOf(deployment) - allowanceOf(deployment).unavailable;
  return withoutZeros<DeploymentStatus>({
    observedGeneration: deployment.metadata?.generation,
    replicas: sum(all, ({ status }) => status?.replicas),
    updatedReplicas: current?.status?.replicas,
    readyReplicas: sum(all, ({ status }) => status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, totalReplicas(all) - available),
    collisionCount: deployment.status?.collisionCount,
    conditions: withCondition(
      conditions,
      enough
        ? {
            type: "Available",
            status: "True",
            reason: "MinimumReplicasAvailable",
            message: "Deployment has minimum availability.",
          }
        : {
            type: "Available",
            status: "False",
            reason: "MinimumReplicasUnavailable",
            message: "Deployment does not have minimum availability.",
          },
      { nowMs },
    ).map((condition) => withUpdateTime(condition, { before: conditions, nowMs })),
  });
}

/** The status with the conditions Progressing and ReplicaFailure that a rollout has (progress.go). */
export function rolloutStatus(
  fleet: Fleet,
  conditions: readonly DeploymentCondition[],
  { nowMs }: { readonly nowMs: number },
): DeploymentStatus {
  const { deployment } = fleet;
  const status = deploymentStatus(fleet, conditions, { nowMs });
  let next = status.conditions ?? [];
  const progressing = conditionOf(next, "Progressing");
  const isDone =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) &&
    progressing?.reason === "NewReplicaSetAvailable";
  if (!hasProgressDeadline(deployment)) next = withoutCondition(next, "Progressing");
  else if (!isDone) next = withProgress(fleet, status, { nowMs });
  return { ...status, conditions: withReplicaFailure(fleet, next) };
}

/** Every pod is of the current template and available, and the Deployment was seen as it is. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = replicasOf(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata?.generation ?? 0)
  );
}

/** When the rollout will have taken too long; undefined if nothing is waited for. */
export function progressDeadlineMs(
  deployment: Deployment,
  status: DeploymentStatus,
): number | undefined {
  const progressing = conditionOf(status.conditions, "Progressing");
  if (progressing === undefined || !hasProgressDeadline(deployment)) return undefined;
  if (isComplete(deployment, status) || progressing.reason === "NewReplicaSetAvailable") {
    return undefined;
  }
  if (progressing.reason === "ProgressDeadlineExceeded") return undefined;
  const fromMs = timeMs(progressing.lastUpdateTime) ?? 0;
  return fromMs + (deployment.spec?.progressDeadlineSeconds ?? 600) * 1000;
}

/** The largest deadline stands for none. */
export function hasProgressDeadline({ spec }: Deployment): boolean {
  return spec?.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds < 2 ** 31 - 1;
}

/** Conditions with this one about progress, dated now. */
export function withProgressCondition(
  conditions: readonly DeploymentCondition[],
  wanted: Omit<WantedCondition, "type" | "reason"> & { readonly reason: ProgressReason },
  { nowMs }: { readonly nowMs: number },
): DeploymentCondition[] {
  const next = withCondition(conditions, { type: "Progressing", ...wanted }, { nowMs });
  return next.map((condition) => withUpdateTime(condition, { before: conditions, nowMs }));
}

function withProgress(
  fleet: Fleet,
  status: DeploymentStatus,
  { nowMs }: { readonly nowMs: number },
): DeploymentCondition[] {
  const { deployment, current } = fleet;
  const conditions = status.conditions ?? [];
  const subject =
    current === undefined
      ? `Deployment "${nameOf(deployment)}"`
      : `ReplicaSet "${nameOf(current)}"`;
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    const wanted = { status: "True", reason: "NewReplicaSetAvailable", message } as const;
    return withProgressCondition(conditions, wanted, { nowMs });
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    const before = conditionOf(conditions, "Progressing");
    const lastTransitionTime =
      before?.status === "True" ? before.lastTransitionTime : timeText(nowMs);
    return [
      ...withoutCondition(conditions, "Progressing"),
      {
        type: "Progressing",
        status: "True",
        reason: "ReplicaSetUpdated",
        message: `${subject} is progressing.`,
        lastUpdateTime: timeText(nowMs),
        ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }),
      },
    ];
  }
  const deadlineMs = progressDeadlineMs(deployment, status);
  if (deadlineMs === undefined || nowMs <= deadlineMs) return conditions;
  const message = `${subject} has timed out progressing.`;
  const wanted = { status: "False", reason: "ProgressDeadlineExceeded", message } as const;
  return withProgressCondition(conditions, wanted, { nowMs });
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const [a, b] = [countsOf(before), countsOf(after)];
  return (
    b.updatedReplicas > a.updatedReplicas ||
    b.replicas - b.updatedReplicas < a.replicas - a.updatedReplicas ||
    b.readyReplicas > a.readyReplicas ||
    b.availableReplicas > a.availableReplicas
  );
}

function countsOf(status: DeploymentStatus): Counts {
  return {
    replicas: status.replicas ?? 0,
    updatedReplicas: status.updatedReplicas ?? 0,
    readyReplicas: status.readyReplicas ?? 0,
    availableReplicas: status.availableReplicas ?? 0,
  };
}

/** The failure of the current ReplicaSet, else of an old one. */
function withReplicaFailure(
  { current, old }: Fleet,
  conditions: readonly DeploymentCondition[],
): DeploymentCondition[] {
  const failure = [...(current === undefined ? [] : [current]), ...old]
    .map(({ status }) => conditionOf(status?.conditions, "ReplicaFailure"))
    .find((condition) => condition !== undefined);
  const others = withoutCondition(conditions, "ReplicaFailure");
  if (failure === undefined) return others;
  const { type, status, reason = "", message = "", lastTransitionTime } = failure;
  const times =
    lastTransitionTime === undefined
      ? {}
      : { lastTransitionTime, lastUpdateTime: lastTransitionTime };
  return [...others, { type, status, reason, message, ...times }];
}

function withUpdateTime(
  condition: DeploymentCondition,
  { before, nowMs }: { readonly before: readonly DeploymentCondition[]; readonly nowMs: number },
): DeploymentCondition {
  return before.includes(condition) ? condition : { ...condition, lastUpdateTime: timeText(nowMs) };
}

function sum(
  replicaSets: readonly ReplicaSet[],
  count: (replicaSet: ReplicaSet) => number | undefined,
): number {
  return replicaSets.reduce((total, replicaSet) => total + (count(replicaSet) ?? 0), 0);
}
