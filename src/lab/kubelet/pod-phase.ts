import type { Container, ContainerStatus, Pod } from "kubernetes-types/core/v1";
import { isSidecar, restartPolicyOf } from "./pod-view.ts";

/** The phases of a pod. */
export type PodPhase = "Pending" | "Running" | "Succeeded" | "Failed";

/** What the phase follows from. */
export interface PhaseParts {
  readonly pod: Pod;
  readonly init: readonly ContainerStatus[];
  readonly containers: readonly ContainerStatus[];
  /** Whether the pod is being ended and nothing of it runs any more. */
  readonly ended: boolean;
}

/** The phase by the kubelet's `getPhase`: what the containers' states and the restart policy come to. */
export function podPhase({ pod, init, containers, ended }: PhaseParts): PodPhase {
  const policy = restartPolicyOf(pod);
  const initContainers = pod.spec?.initContainers ?? [];
  const initStates = initContainers.map((container) =>
    initState(
      container,
      init.find(({ name }) => name === container.name),
    ),
  );
  if (initStates.includes("failed") && policy === "Never") return "Failed";
  const count = countStates(containers);
  if (ended && count.stopped + count.waiting === containers.length) {
    return count.succeeded === containers.length ? "Succeeded" : "Failed";
  }
  if (initStates.includes("pending") || (initStates.includes("failed") && !count.begun)) {
    return "Pending";
  }
  if (count.waiting > 0) return "Pending";
  if (count.running > 0 || policy === "Always") return "Running";
  if (count.stopped === count.succeeded) return "Succeeded";
  return policy === "Never" ? "Failed" : "Running";
}

function initState(
  container: Container,
  status: ContainerStatus | undefined,
): "done" | "pending" | "failed" {
  const { state, lastState } = status ?? {};
  if (isSidecar(container)) return status?.started === true ? "done" : "pending";
  if (state?.terminated !== undefined) return state.terminated.exitCode === 0 ? "done" : "failed";
  if (state?.waiting !== undefined && lastState?.terminated !== undefined) {
    return lastState.terminated.exitCode === 0 ? "pending" : "failed";
  }
  return "pending";
}

interface StateCounts {
  readonly running: number;
  readonly waiting: number;
  readonly stopped: number;
  readonly succeeded: number;
  /** Whether any has run. */
  readonly begun: boolean;
}

function countStates(statuses: readonly ContainerStatus[]): StateCounts {
  let [running, waiting, stopped, succeeded] = [0, 0, 0, 0];
  for (const { state, lastState } of statuses) {
    if (state?.running !== undefined) running++;
    else if (state?.terminated !== undefined) {
      stopped++;
      if (state.terminated.exitCode === 0) succeeded++;
    } else if (lastState?.terminated !== undefined) stopped++;
    else waiting++;
  }
  return { running, waiting, stopped, succeeded, begun: running + stopped > 0 };
}
