import type {
  ContainerImage,
  Node,
  NodeCondition,
  NodeStatus,
  Taint,
} from "kubernetes-types/core/v1";
import { timeText } from "../../time/index.ts";
import type { KubeletNode } from "./kubelet-node.ts";
import { nodeResources } from "./node-resources.ts";
import type { RuntimeImage, RuntimeStatus } from "./runtime.ts";

/** The version that the lab's kubelet says it is. */
export const KUBELET_VERSION = "v1.35.2-eks-berth";

const OS_IMAGE = "Amazon Linux 2023 (Berth lab)";
const KERNEL_VERSION = "6.12.46-66.121.amzn2023";

/** The taint that a node carries until it is ready; the node life cycle controller takes it away. */
export const NOT_READY_TAINT: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

/** What a kubelet knows of its runtime: what it said last, or why it did not answer. */
export type RuntimeView =
  | { readonly kind: "answered"; readonly status: RuntimeStatus }
  | { readonly kind: "silent"; readonly message: string }
  /** Not asked yet. */
  | { readonly kind: "unknown" };

/** The labels that EKS's kubelets and cloud controller give a node. */
export function nodeLabels(node: KubeletNode): Record<string, string> {
  const { architecture, instanceType, region, zone, name } = node;
  return {
    "beta.kubernetes.io/arch": architecture,
    "beta.kubernetes.io/instance-type": instanceType,
    "beta.kubernetes.io/os": "linux",
    "failure-domain.beta.kubernetes.io/region": region,
    "failure-domain.beta.kubernetes.io/zone": zone,
    "k8s.io/cloud-provider-aws": "berth-lab",
    "kubernetes.io/arch": architecture,
    "kubernetes.io/hostname": name,
    "kubernetes.io/os": "linux",
    "node.kubernetes.io/instance-type": instanceType,
    "topology.kubernetes.io/region": region,
    "topology.kubernetes.io/zone": zone,
    ...node.labels,
  };
}

/** The Node that a kubelet registers. */
export function nodeObject(node: KubeletNode, status: NodeStatus): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      labels: nodeLabels(node),
      annotations: {
        "alpha.kubernetes.io/provided-node-ip": node.address,
        "node.alpha.kubernetes.io/ttl": "0",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
      },
    },
    spec: {
      providerID: `aws:///${node.zone}/${node.instanceId}`,
      taints: [...(node.taints ?? []), NOT_READY_TAINT],
    },
    status,
  };
}

/** What a Node's status is made of. */
export interface NodeStatusParts {
  readonly node: KubeletNode;
  readonly runtime: RuntimeView;
  readonly images: readonly RuntimeImage[];
  /** The port of the kubelet's server. */
  readonly port: number;
  readonly nowMs: number;
  /** The conditions before: a condition keeps the time of its last change. */
  readonly conditions: readonly NodeCondition[];
}

/** A Node's status as the kubelet reports it. */
export function nodeStatus(parts: NodeStatusParts): NodeStatus {
  const { node, runtime, images, port } = parts;
  return {
    addresses: [
      { type: "InternalIP", address: node.address },
      { type: "InternalDNS", address: node.name },
      { type: "Hostname", address: node.name },
    ],
    ...nodeResources(node),
    conditions: nodeConditions(parts),
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    images: images.map((image): ContainerImage => ({
      names: [...image.names],
      sizeBytes: image.bytes,
    })),
    nodeInfo: {
      architecture: node.architecture,
      bootID: uuidOf(`boot ${node.instanceId}`),
      containerRuntimeVersion: runtimeVersion(runtime),
      kernelVersion: node.kernelVersion ?? KERNEL_VERSION,
      kubeProxyVersion: "",
      kubeletVersion: KUBELET_VERSION,
      machineID: uuidOf(`machine ${node.instanceId}`).replaceAll("-", ""),
      operatingSystem: "linux",
      osImage: OS_IMAGE,
      systemUUID: uuidOf(`system ${node.instanceId}`),
    },
  };
}

function runtimeVersion(runtime: RuntimeView): string {
  if (runtime.kind !== "answered") return "containerd://Unknown";
  return `${runtime.status.name}://${runtime.status.version.split("~")[0] ?? ""}`;
}

const QUIET = [
  ["MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
  ["DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
] as const;

function nodeConditions({ runtime, nowMs, conditions }: NodeStatusParts): NodeCondition[] {
  const problem = notReadyReason(runtime);
  const now = timeText(nowMs);
  const fresh: Omit<NodeCondition, "lastTransitionTime">[] = [
    ...QUIET.map(([type, reason, message]) => ({ type, status: "False", reason, message })),
    problem === undefined
      ? {
          type: "Ready",
          status: "True",
          reason: "KubeletReady",
          message: "kubelet is posting ready status",
        }
      : { type: "Ready", status: "False", reason: "KubeletNotReady", message: problem },
  ];
  return fresh.map((condition) => {
    const before = conditions.find(({ type }) => type === condition.type);
    const since = before?.status === condition.status ? before.lastTransitionTime : undefined;
    return { ...condition, lastHeartbeatTime: now, lastTransitionTime: since ?? now };
  });
}

/** Why a node is not ready, in the kubelet's words; undefined when it is. */
export function notReadyReason(runtime: RuntimeView): string | undefined {
  switch (runtime.kind) {
    case "unknown":
      return "container runtime status check may not have completed yet";
    case "silent":
      return `[container runtime is down, ${runtime.message}]`;
    case "answered": {
      const { runtime: itself, network } = runtime.status;
      if (!itself.ready) {
        return `container runtime is down: RuntimeReady=false reason:${itself.reason} message:${itself.message}`;
      }
      if (!network.ready) return networkNotReady(runtime);
      return undefined;
    }
  }
}

/** Why pods can't be connected yet, in the kubelet's words; undefined when they can. */
export function networkNotReady(runtime: RuntimeView): string | undefined {
  if (runtime.kind !== "answered") return undefined;
  const { ready, reason, message } = runtime.status.network;
  if (ready) return undefined;
  return `container runtime network not ready: NetworkReady=false reason:${reason} message:${message}`;
}

/** A UUID that is always the same for the same text; it identifies, it hides nothing. */
function uuidOf(text: string): string {
  let hash = 0xcbf2_9ce4_8422_2325n;
  let hex = "";
  for (const half of ["a", "b"]) {
    for (const byte of new TextEncoder().encode(half + text)) {
      // FNV-1a, 64 bits (draft-eastlake-fnv).
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100_0000_01b3n);
    }
    hex += hash.toString(16).padStart(16, "0");
  }
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
