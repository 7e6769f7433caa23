import type { Pod } from "kubernetes-types/core/v1";
import type { AllocatableNumbers } from "./node-resources.ts";
import { byteCount, milliCpu } from "./quantity.ts";

/** Why a kubelet does not take a pod that was bound to it. */
export interface Rejection {
  /** `OutOfpods`, `OutOfcpu`, `OutOfmemory`. */
  readonly reason: string;
  /** What the event says; the pod's status says `Pod was rejected: ` before it. */
  readonly message: string;
}

/**
 * Whether a pod fits beside those that the kubelet has taken (kubelet's general predicates). Undefined when it does.
 * Affinity and taints are not looked at again: the scheduler did.
 */
export function admitPod(
  pod: Pod,
  others: readonly Pod[],
  allocatable: AllocatableNumbers,
): Rejection | undefined {
  if (others.length + 1 > allocatable.pods) {
    return rejection({
      resource: "pods",
      requested: 1,
      used: others.length,
      capacity: allocatable.pods,
    });
  }
  const demand = demandOf(pod);
  const used = others.map(demandOf);
  const cpu = used.reduce((sum, each) => sum + each.milliCpu, 0);
  if (demand.milliCpu > 0 && cpu + demand.milliCpu > allocatable.milliCpu) {
    return rejection({
      resource: "cpu",
      requested: demand.milliCpu,
      used: cpu,
      capacity: allocatable.milliCpu,
    });
  }
  const memory = used.reduce((sum, each) => sum + each.memoryBytes, 0);
  if (demand.memoryBytes > 0 && memory + demand.memoryBytes > allocatable.memoryBytes) {
    return rejection({
      resource: "memory",
      requested: demand.memoryBytes,
      used: memory,
      capacity: allocatable.memoryBytes,
    });
  }
  return undefined;
}

interface Shortage {
  readonly resource: string;
  readonly requested: number;
  readonly used: number;
  readonly capacity: number;
}

function rejection({ resource, requested, used, capacity }: Shortage): Rejection {
  return {
    reason: `OutOf${resource}`,
    message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  };
}

/** What a pod asks for: its containers together, or its greediest init container. */
function demandOf({ spec }: Pod): { readonly milliCpu: number; readonly memoryBytes: number } {
  const of = (requests: Readonly<Record<string, string>> | undefined) => ({
    milliCpu: milliCpu(requests?.["cpu"]),
    memoryBytes: byteCount(requests?.["memory"]),
  });
  let [cpu, memory] = [0, 0];
  for (const { resources } of spec?.containers ?? []) {
    const one = of(resources?.requests);
    cpu += one.milliCpu;
    memory += one.memoryBytes;
  }
  for (const { resources } of spec?.initContainers ?? []) {
    const one = of(resources?.requests);
    cpu = Math.max(cpu, one.milliCpu);
    memory = Math.max(memory, one.memoryBytes);
  }
  return { milliCpu: cpu, memoryBytes: memory };
}
