import type { ContainerStatus, Pod, PodCondition } from "kubernetes-types/core/v1";
import { timeText } from "../../time/index.ts";
import type { PodPhase } from "./pod-phase.ts";
import { isSidecar } from "./pod-view.ts";

/** What the conditions of a pod follow from. */
export interface ConditionParts {
  readonly pod: Pod;
  readonly phase: PodPhase;
  readonly init: readonly ContainerStatus[];
  readonly containers: readonly ContainerStatus[];
  /** Whether it has a sandbox that is connected to the network. */
  readonly sandboxReady: boolean;
  readonly nowMs: number;
}

interface Verdict {
  readonly status: "True" | "False";
  readonly reason?: string;
  readonly message?: string;
}

const YES: Verdict = { status: "True" };

/** The conditions that a kubelet sets, in its order; each keeps the time of its last change. */
export function podConditions(parts: ConditionParts): PodCondition[] {
  const containersReady = readyContainers(parts);
  const verdicts: readonly (readonly [string, Verdict])[] = [
    ["PodReadyToStartContainers", { status: parts.sandboxReady ? "True" : "False" }],
    ["Initialized", initialized(parts)],
    ["Ready", readyPod(parts, containersReady)],
    ["ContainersReady", containersReady],
    ["PodScheduled", YES],
  ];
  const now = timeText(parts.nowMs);
  return verdicts.map(([type, verdict]) => {
    const before = parts.pod.status?.conditions?.find((condition) => condition.type === type);
    const since = before?.status === verdict.status ? before.lastTransitionTime : undefined;
    return { type, ...verdict, lastTransitionTime: since ?? now };
  });
}

function initialized({ pod, phase, init, containers }: ConditionParts): Verdict {
  const wanted = pod.spec?.initContainers ?? [];
  if (wanted.length === 0) return YES;
  if (phase === "Succeeded") return { status: "True", reason: "PodCompleted" };
  // Once a container has begun, the init containers have done their work, even if their traces are gone.
  if (containers.some(({ state }) => state?.running !== undefined)) return YES;
  const unfinished = wanted.filter((container) => {
    const status = init.find(({ name }) => name === container.name);
    return isSidecar(container) ? status?.started !== true : status?.ready !== true;
  });
  if (unfinished.length === 0) return YES;
  return {
    status: "False",
    reason: "ContainersNotInitialized",
    message: `containers with incomplete status: ${listOf(unfinished)}`,
  };
}

function readyContainers({ pod, phase, init, containers }: ConditionParts): Verdict {
  if (phase === "Succeeded") return { status: "False", reason: "PodCompleted" };
  if (phase === "Failed") return { status: "False", reason: "PodFailed" };
  const sidecars = (pod.spec?.initContainers ?? []).filter(isSidecar);
  const unready = [...(pod.spec?.containers ?? []), ...sidecars].filter(
    ({ name }) => [...containers, ...init].find((status) => status.name === name)?.ready !== true,
  );
  if (unready.length === 0) return YES;
  return {
    status: "False",
    reason: "ContainersNotReady",
    message: `containers with unready status: ${listOf(unready)}`,
  };
}

function readyPod({ pod }: ConditionParts, containersReady: Verdict): Verdict {
  if (containersReady.status === "False") return containersReady;
  const problems = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (condition?.status === "True") return [];
    return condition === undefined
      ? [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`]
      : [
          `the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`,
        ];
  });
  if (problems.length === 0) return YES;
  return { status: "False", reason: "ReadinessGatesNotReady", message: problems.join(", ") };
}

function listOf(containers: readonly { readonly name: string }[]): string {
  return `[${containers.map(({ name }) => name).join(" ")}]`;
}
