import type { ContainerStatus, Pod } from "kubernetes-types/core/v1";
import type { Loose } from "../kinds/loose.ts";
import { humanDuration } from "./age.ts";

/** What kubectl shows of a pod's state. */
export interface PodSummary {
  /** `1/2`: ready containers of all; sidecars count. */
  readonly ready: string;
  /** `Running`, `ContainerCreating`, `Init:0/1`, `CrashLoopBackOff`, `Terminating` … */
  readonly status: string;
  /** `0`, or `3 (5m ago)` once something restarted. */
  readonly restarts: string;
}

/** Works out the cells Ready, Status and Restarts as the real server does. */
export function podSummary(pod: Loose<Pod>, nowMs: number): PodSummary {
  const sidecars = new Set(
    (pod.spec?.initContainers ?? [])
      .filter((container) => container.restartPolicy === "Always")
      .map((container) => container.name),
  );
  const inits = pod.status?.initContainerStatuses ?? [];
  const containers = pod.status?.containerStatuses ?? [];
  const total = (pod.spec?.containers ?? []).length + sidecars.size;
  const readyCount =
    inits.filter((status) => sidecars.has(status.name) && isReady(status)).length +
    containers.filter(isReady).length;

  const initReason = initStatus(pod, sidecars);
  const initializing = initReason !== undefined && !hasCondition(pod, "Initialized");
  const base = startReason(pod);
  const reason = initializing ? initReason : mainStatus(pod, base);
  return {
    ready: `${readyCount}/${total}`,
    status: withDeletion(pod, reason),
    restarts: restartsText(
      initializing
        ? inits
        : [...inits.filter((status) => sidecars.has(status.name)), ...containers],
      nowMs,
    ),
  };
}

/** Whether a pod has ended: its phase is Succeeded or Failed. */
export function isFinished(pod: Loose<Pod>): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

function startReason(pod: Loose<Pod>): string {
  const { reason, phase } = pod.status ?? {};
  const gated = (pod.status?.conditions ?? []).some(
    (condition) => condition.type === "PodScheduled" && condition.reason === "SchedulingGated",
  );
  if (gated) return "SchedulingGated";
  return reason === undefined || reason === "" ? (phase ?? "") : reason;
}

function initStatus(
  pod: Loose<Pod>,
  sidecars: ReadonlySet<string | undefined>,
): string | undefined {
  const total = (pod.spec?.initContainers ?? []).length;
  const statuses = pod.status?.initContainerStatuses ?? [];
  for (const [index, status] of statuses.entries()) {
    const { terminated, waiting } = status.state ?? {};
    if (terminated !== undefined && (terminated.exitCode ?? 0) === 0) continue;
    if (sidecars.has(status.name) && status.started === true) continue;
    if (terminated !== undefined) {
      if ((terminated.reason ?? "") !== "") return `Init:${terminated.reason ?? ""}`;
      return (terminated.signal ?? 0) !== 0
        ? `Init:Signal:${terminated.signal ?? 0}`
        : `Init:ExitCode:${terminated.exitCode ?? 0}`;
    }
    const reason = waiting?.reason ?? "";
    if (reason !== "" && reason !== "PodInitializing") return `Init:${reason}`;
    return `Init:${index}/${total}`;
  }
  return undefined;
}

function mainStatus(pod: Loose<Pod>, base: string): string {
  let reason = base;
  let running = false;
  for (const status of (pod.status?.containerStatuses ?? []).toReversed()) {
    const { waiting, terminated } = status.state ?? {};
    if ((waiting?.reason ?? "") !== "") {
      reason = waiting?.reason ?? "";
    } else if (terminated !== undefined) {
      reason = terminatedText(terminated);
    } else if (isReady(status)) {
      running = true;
    }
  }
  if (reason !== "Completed" || !running) return reason;
  return hasCondition(pod, "Ready") ? "Running" : "NotReady";
}

function terminatedText(terminated: {
  readonly reason?: string | undefined;
  readonly signal?: number | undefined;
  readonly exitCode?: number | undefined;
}): string {
  if ((terminated.reason ?? "") !== "") return terminated.reason ?? "";
  return (terminated.signal ?? 0) !== 0
    ? `Signal:${terminated.signal ?? 0}`
    : `ExitCode:${terminated.exitCode ?? 0}`;
}

function withDeletion(pod: Loose<Pod>, reason: string): string {
  if (pod.metadata?.deletionTimestamp === undefined) return reason;
  if (pod.status?.reason === "NodeLost") return "Unknown";
  return isFinished(pod) ? reason : "Terminating";
}

function restartsText(statuses: readonly Loose<ContainerStatus>[], nowMs: number): string {
  let count = 0;
  let lastMs: number | undefined;
  for (const status of statuses) {
    count += status.restartCount ?? 0;
    const finished = Date.parse(status.lastState?.terminated?.finishedAt ?? "");
    if (!Number.isNaN(finished)) lastMs = Math.max(lastMs ?? finished, finished);
  }
  return lastMs === undefined || count === 0
    ? `${count}`
    : `${count} (${humanDuration(nowMs - lastMs)} ago)`;
}

function isReady(status: Loose<ContainerStatus>): boolean {
  return status.ready === true && status.state?.running !== undefined;
}

function hasCondition(pod: Loose<Pod>, type: string): boolean {
  return (pod.status?.conditions ?? []).some(
    (condition) => condition.type === type && condition.status === "True",
  );
}
