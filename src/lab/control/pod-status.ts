import type { ContainerStatus, Pod } from "kubernetes-types/core/v1";

/** What `lab status` says about a pod. */
export interface PodStatus {
  readonly namespace: string;
  readonly name: string;
  /** The Deployment, or whatever else has made it; its own name when it was made by nobody. */
  readonly workload: string;
  /** The node's name in the lab; undefined while it has none. */
  readonly node: string | undefined;
  /** Of Kubernetes, and `Terminating`, which kubectl shows though it is no phase. */
  readonly phase: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown" | "Terminating";
  /** Whether it answers, as far as its probes know. */
  readonly ready: boolean;
  /** The pod's IPv4 address, once it has one. */
  readonly address: string | undefined;
  /** Why it is not running, in the words of the scheduler, the kubelet or the runtime. */
  readonly message: string | undefined;
  readonly restarts: number;
}

/** Reads it from the pod's object; `nodeName` translates Kubernetes' name of a node. */
export function podStatus(pod: Pod, nodeName: (name: string) => string): PodStatus {
  const { metadata = {}, spec, status } = pod;
  const containers = status?.containerStatuses ?? [];
  const isEnding = metadata.deletionTimestamp !== undefined;
  const phase = (status?.phase ?? "Pending") as PodStatus["phase"];
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    workload: workloadOf(pod),
    node: spec?.nodeName === undefined ? undefined : nodeName(spec.nodeName),
    phase: isEnding ? "Terminating" : phase,
    ready: condition(pod, "Ready")?.status === "True",
    address: status?.podIP,
    message: phase === "Running" && containers.every(isFine) ? undefined : reasonOf(pod),
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
  };
}

/** A ReplicaSet is named after its Deployment and the hash of its template. */
function workloadOf({ metadata = {} }: Pod): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  const hash = metadata.labels?.["pod-template-hash"];
  if (owner === undefined) return metadata.name ?? "";
  return hash === undefined ? owner.name : owner.name.replace(new RegExp(`-${hash}$`), "");
}

function isFine({ state }: ContainerStatus): boolean {
  return state?.running !== undefined;
}

function reasonOf(pod: Pod): string | undefined {
  const { status } = pod;
  const unscheduled = condition(pod, "PodScheduled");
  if (unscheduled?.status === "False") return unscheduled.message;
  for (const { state } of status?.containerStatuses ?? []) {
    const told = state?.waiting ?? state?.terminated;
    // Its message says more than that; it is in the pod's events.
    if (told !== undefined && told.reason !== "ContainerCreating") {
      return [told.reason, told.message].filter(Boolean).join(": ");
    }
  }
  return status?.message ?? status?.reason;
}

function condition(
  { status }: Pod,
  type: string,
): { readonly status: string; readonly message?: string } | undefined {
  return status?.conditions?.find((each) => each.type === type);
}
