import type { KubeletNode } from "./kubelet-node.ts";

/** The resources of a node, as quantities. */
export interface NodeResources {
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
}

/** What a node can give to pods, as numbers. */
export interface AllocatableNumbers {
  readonly pods: number;
  readonly milliCpu: number;
  readonly memoryBytes: number;
}

const KI = 1024;
const MI = 1024 * KI;
const GI = 1024 * MI;

/** kubelet's `evictionHard` on EKS: `memory.available` 100Mi, `nodefs.available` 10 %. */
const EVICTION_MEMORY_BYTES = 100 * MI;
const EVICTION_DISK_SHARE = 0.1;
/** `kubeReserved.ephemeral-storage` on EKS. */
const RESERVED_DISK_BYTES = GI;
const DEFAULT_DISK_GIB = 20;
/** What a partition table and a file system leave of 20 GiB on AL2023: 20 893 676 of 20 971 520 KiB. */
const DISK_SHARE = 20_893_676 / 20_971_520;

/**
 * The part of each core that is reserved for the system, by the number of the core from 0, in thousandths of a core.
 * The table of awslabs/amazon-eks-ami (nodeadm `getCPUMillicoresToReserve`): 6 % of the first core, 1 % of the second, 0.5 %
 * of the next two, 0.25 % of any other.
 */
function reservedMilliCpu(vcpus: number): number {
  let reserved = 0;
  for (let core = 0; core < vcpus; core++) {
    reserved += core === 0 ? 60 : core === 1 ? 10 : core < 4 ? 5 : 2.5;
  }
  return Math.floor(reserved);
}

/** The same file's rule for memory: 255Mi and 11Mi for each pod that fits. */
function reservedMemoryBytes(maxPods: number): number {
  return (255 + 11 * maxPods) * MI;
}

/**
 * What `/proc/meminfo` shows of an instance's memory: the firmware and the kernel keep some for themselves. No table is
 * published; this line fits what m5 instances report (7.57 of 8 GiB, 15.3 of 16 GiB).
 */
function visibleMemoryBytes(memoryMiB: number): number {
  return Math.floor((memoryMiB * 0.97 - 190) * KI) * KI;
}

/** Capacity and allocatable of a node on EKS with Amazon Linux 2023, as numbers. */
export function allocatableNumbers(node: KubeletNode): AllocatableNumbers {
  return {
    pods: node.maxPods,
    milliCpu: node.vcpus * 1000 - reservedMilliCpu(node.vcpus),
    memoryBytes: Math.max(
      0,
      visibleMemoryBytes(node.memoryMiB) -
        reservedMemoryBytes(node.maxPods) -
        EVICTION_MEMORY_BYTES,
    ),
  };
}

/** The same in the words of a Node's status. */
export function nodeResources(node: KubeletNode): NodeResources {
  const numbers = allocatableNumbers(node);
  const diskKiB = Math.floor((node.diskGiB ?? DEFAULT_DISK_GIB) * MI * DISK_SHARE);
  const diskBytes = diskKiB * KI;
  const freeDiskBytes = Math.floor(
    diskBytes - RESERVED_DISK_BYTES - diskBytes * EVICTION_DISK_SHARE,
  );
  const same = { "hugepages-1Gi": "0", "hugepages-2Mi": "0" };
  return {
    capacity: {
      cpu: String(node.vcpus),
      "ephemeral-storage": `${diskKiB}Ki`,
      ...same,
      memory: `${visibleMemoryBytes(node.memoryMiB) / KI}Ki`,
      pods: String(node.maxPods),
    },
    allocatable: {
      cpu: `${numbers.milliCpu}m`,
      "ephemeral-storage": String(freeDiskBytes),
      ...same,
      memory: `${Math.floor(numbers.memoryBytes / KI)}Ki`,
      pods: String(node.maxPods),
    },
  };
}
