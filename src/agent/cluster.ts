import type { Result } from "../base/index.ts";
import type { SecurityGroupId, SubnetId } from "../facts/index.ts";
import type { Ip } from "../net/index.ts";
import type { EniConfigStatus } from "../kube-client/index.ts";
import type { PodName } from "../pool/index.ts";

/**
 * The Kubernetes cluster of a node, in the agent's words. What is read comes from copies that follow the API server, so
 * reading never waits; what is written is one or two requests. Without a cluster the agent has no such port.
 */
export interface Cluster {
  /** Resolves when {@link node} is there. Never rejects, and waits for as long as the API server is away. */
  readonly synced: Promise<void>;
  /** The own node's object; undefined while it is not known or does not exist. */
  node(): ClusterNode | undefined;
  /** Where custom networking makes ENIs. */
  eniConfig(name: string): EniConfigFound;
  /** All ENIConfigs; none while they have not been read. */
  eniConfigs(): readonly NamedEniConfig[];
  /** All nodes of the cluster, asked for anew. Rejects with a BerthError. */
  nodes(): Promise<readonly NamedNode[]>;
  /** Replaces the status of an ENIConfig; one that is gone is fine. Rejects with a BerthError. */
  writeStatus(eniConfig: string, status: EniConfigStatus): Promise<void>;
  /** Calls `work` whenever this agent is the one that works for all of the cluster, with a signal that ends its turn. Ends with `signal`. */
  lead(work: (term: AbortSignal) => void, signal: AbortSignal): Promise<void>;
  /** The YAML of ConfigMap `kube-system/berth-node-settings`; undefined if there is none, or none that was read. */
  nodeRules(): string | undefined;
  /** Resolves when {@link nodeRules} says what there is, or when the first attempt to read it failed. Never rejects. */
  readonly rulesRead: Promise<void>;
  /** Calls `listener` after every change of what can be read. Returns how to stop listening. */
  onChange(listener: () => void): () => void;
  /** Records an event; repeats are counted by the API server's object. Returns at once and never fails. */
  tell(subject: Subject, news: News): void;
  /** Puts the pod's address into its annotation `vpc.amazonaws.com/pod-ips`. Rejects with a BerthError. */
  notePodAddress(pod: PodName, address: Ip): Promise<void>;
  /** Empties that annotation if it says `address`; a pod that is gone, or has another address by now, is fine. */
  clearPodAddress(pod: PodName, address: Ip): Promise<void>;
  /** Sets a feature of the node's CNINode, which the VPC resource controller reads. Rejects with a BerthError. */
  addFeature(feature: NodeFeature): Promise<"added" | "present" | "noCniNode">;
  /** Stops listening. */
  close(): void;
}

/** What the agent reads from its node's object. */
export interface ClusterNode {
  /** `status.capacity.pods`; undefined if the kubelet has not said. */
  readonly maxPods: number | undefined;
  /** Whether it has the taint `node.kubernetes.io/unschedulable:NoSchedule`. */
  readonly cordoned: boolean;
  /** Why the node is about to go: it is being deleted, or a taint says so. */
  readonly leaving?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Where custom networking makes ENIs. */
export interface EniConfig {
  readonly subnet: SubnetId;
  /** Empty: those of the primary ENI. */
  readonly securityGroups: readonly SecurityGroupId[];
}

/** An ENIConfig that can be used, or why there is none. */
export type EniConfigFound = Result<EniConfig, EniConfigFault>;

/** An ENIConfig among all of them. */
export interface NamedEniConfig {
  readonly name: string;
  readonly uid: string;
  /** Which version of its spec this is. */
  readonly generation: number;
  readonly found: EniConfigFound;
  readonly status: EniConfigStatus | undefined;
}

/** A node among all of them. */
export interface NamedNode extends Pick<ClusterNode, "labels" | "annotations"> {
  readonly name: string;
}

/** What is wrong with an ENIConfig, as a sentence. */
export interface EniConfigFault {
  /** `unread`: nothing is wrong that the cluster could know of. */
  readonly reason: "missing" | "invalid" | "unread";
  readonly text: string;
}

/** Whom an event is about: a pod (with its uid, if the runtime said), the own node, an ENIConfig, or the agent's own pod. */
export type Subject =
  | { readonly kind: "pod"; readonly pod: PodName; readonly uid: string }
  | { readonly kind: "node" }
  | { readonly kind: "eniConfig"; readonly name: string; readonly uid: string }
  | { readonly kind: "agent" };

/** What is said in an event. */
export interface News {
  readonly severity: "Normal" | "Warning";
  /** A word in CamelCase. */
  readonly reason: string;
  readonly message: string;
}

/** A feature in `spec.features` of a CNINode, with the names of the VPC resource controller. */
export type NodeFeature =
  | { readonly name: "SecurityGroupsForPods" }
  | { readonly name: "CustomNetworking"; readonly value: string };
