import type { ContainerStatus, PodStatus } from "kubernetes-types/core/v1";
import { timeText } from "../../time/index.ts";
import { containerStatus } from "./container-status.ts";
import { podConditions } from "./pod-conditions.ts";
import { podPhase, type PodPhase } from "./pod-phase.ts";
import type { PodView } from "./pod-view.ts";
import { qosClass } from "./qos.ts";

/** What a kubelet has decided about a pod beside what its containers do. */
export interface PodVerdict {
  /** Why the kubelet ended it: `DeadlineExceeded`, `Evicted`; undefined while it did not. */
  readonly failure: { readonly reason: string; readonly message: string } | undefined;
  /** Whether the pod is being ended and nothing of it runs any more. */
  readonly ended: boolean;
}

/** Where a pod lives. */
export interface PodPlace {
  /** The node's address. */
  readonly hostAddress: string;
}

/** The status of a pod as its kubelet reports it. */
export function podStatus(
  view: PodView,
  verdict: PodVerdict,
  { hostAddress }: PodPlace,
): PodStatus {
  const { pod, sandboxes, nowMs } = view;
  const { containers, init } = containerStatuses(view);
  const computed = podPhase({ pod, init, containers, ended: verdict.ended });
  const phase = finalPhase(pod.status?.phase, verdict.failure === undefined ? computed : "Failed");
  const [newest] = sandboxes;
  const hostNetwork = pod.spec?.hostNetwork === true;
  const sandboxReady =
    newest?.ready === true && (hostNetwork || newest.addresses.length > 0) && !verdict.ended;
  const known = sandboxes.find(({ addresses }) => addresses.length > 0)?.addresses ?? [];
  const before = (pod.status?.podIPs ?? []).flatMap(({ ip }) => (ip === undefined ? [] : [ip]));
  const addresses = hostNetwork ? [hostAddress] : known.length > 0 ? known : before;
  return {
    phase,
    ...verdict.failure,
    qosClass: pod.status?.qosClass ?? qosClass(pod),
    hostIP: hostAddress,
    hostIPs: [{ ip: hostAddress }],
    ...(addresses[0] === undefined
      ? {}
      : { podIP: addresses[0], podIPs: addresses.map((ip) => ({ ip })) }),
    startTime: pod.status?.startTime ?? timeText(nowMs),
    conditions: podConditions({ pod, phase, init, containers, sandboxReady, nowMs }),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: containers,
  };
}

/** A phase that is final stays. */
function finalPhase(before: string | undefined, now: PodPhase): PodPhase {
  return before === "Succeeded" || before === "Failed" ? before : now;
}

/** The statuses of the containers, in the order of the spec. */
export function containerStatuses(view: PodView): {
  readonly init: ContainerStatus[];
  readonly containers: ContainerStatus[];
} {
  const { spec } = view.pod;
  const initContainers = spec?.initContainers ?? [];
  const idle = initContainers.length > 0 ? "PodInitializing" : "ContainerCreating";
  const init = initContainers.map((container) =>
    containerStatus(view, container, { idle, init: true }),
  );
  const containers = (spec?.containers ?? []).map((container) =>
    containerStatus(view, container, { idle, init: false }),
  );
  return { init, containers };
}

/** What a kubelet says of a pod that it did not take. */
export function rejectedStatus({ pod, nowMs }: PodView, failure: PodVerdict["failure"]): PodStatus {
  return {
    phase: "Failed",
    ...failure,
    qosClass: pod.status?.qosClass ?? qosClass(pod),
    startTime: pod.status?.startTime ?? timeText(nowMs),
  };
}

/** The status this kubelet gave, with the conditions that others have set since. */
export function mergedStatus(known: PodStatus | undefined, own: PodStatus | undefined): PodStatus {
  if (own === undefined) return known ?? {};
  const types = new Set(own.conditions?.map(({ type }) => type));
  const others = (known?.conditions ?? []).filter(({ type }) => !types.has(type));
  return { ...own, conditions: [...(own.conditions ?? []), ...others] };
}
