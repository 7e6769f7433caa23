import type { Node, Taint } from "kubernetes-types/core/v1";
import type { Labels } from "../../kube-client/index.ts";
import type { HostPort, PodFacts } from "./pod-facts.ts";
import { readAmounts } from "./requests.ts";
import type { Amounts } from "./requests.ts";

/** Pods of one node that no selector can tell apart. */
export interface PodGroup {
  readonly namespace: string;
  readonly labels: Labels;
  readonly ownerUid: string;
  readonly terminating: boolean;
  count: number;
}

/** A node and what the pods on it take, as sums that are kept up to date. */
export interface NodeState {
  readonly name: string;
  labels: Labels;
  taints: readonly Taint[];
  unschedulable: boolean;
  allocatable: Amounts;
  readonly pods: Map<string, PodFacts>;
  /** Those of its pods that do not want certain others near. */
  readonly guarded: Map<string, PodFacts>;
  readonly requested: Map<string, number>;
  readonly groups: Map<string, PodGroup>;
  /** Its pods that are not being deleted, by the uid of their owner. */
  readonly owned: Map<string, number>;
}

/** Nodes with their pods. */
export interface ClusterView {
  /** By name. */
  nodes(): readonly NodeState[];
  setNode(node: Node): void;
  /** Its pods are remembered, for when it comes back. */
  removeNode(name: string): void;
  /** The pod is on the node it names, and on no other. */
  setPod(pod: PodFacts): void;
  removePod(key: string): void;
  /** Where the pod is; undefined if it is nowhere. */
  nodeOf(key: string): string | undefined;
}

// What kube-scheduler takes for a pod that requests nothing when it compares nodes.
const UNREQUESTED_CPU = 100;
const UNREQUESTED_MEMORY = 200 * 2 ** 20;

/** Names of sums in `requested` that count pods without requests as if they had some. */
export const WEIGHED = { cpu: "weighed cpu", memory: "weighed memory" } as const;

/** No nodes. */
export function newClusterView(): ClusterView {
  const states = new Map<string, NodeState & { exists: boolean }>();
  const places = new Map<string, string>();
  let listed: readonly NodeState[] | undefined;

  function stateOf(name: string): NodeState & { exists: boolean } {
    const known = states.get(name);
    if (known !== undefined) return known;
    const state = { ...newNodeState(name), exists: false };
    states.set(name, state);
    return state;
  }

  function removePod(key: string): void {
    const state = states.get(places.get(key) ?? "");
    const pod = state?.pods.get(key);
    if (state === undefined || pod === undefined) return;
    places.delete(key);
    account(state, pod, -1);
    if (!state.exists && state.pods.size === 0) states.delete(state.name);
  }

  return {
    nodes: () =>
      (listed ??= [...states.values()]
        .filter(({ exists }) => exists)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))),
    setNode(node) {
      const state = stateOf(node.metadata?.name ?? "");
      if (!state.exists) listed = undefined;
      Object.assign(state, readNode(node), { exists: true });
    },
    removeNode(name) {
      const state = states.get(name);
      if (state === undefined) return;
      listed = undefined;
      state.exists = false;
      if (state.pods.size === 0) states.delete(name);
    },
    setPod(pod) {
      removePod(pod.key);
      const state = stateOf(pod.nodeName);
      places.set(pod.key, pod.nodeName);
      account(state, pod, 1);
    },
    removePod,
    nodeOf: (key) => places.get(key),
  };
}

/** A node without pods, for trying what would fit on it. */
export function emptyNode(node: Node): NodeState {
  return { ...newNodeState(node.metadata?.name ?? ""), ...readNode(node) };
}

/** A node of a view that may be changed without changing the view. */
export function copyNode(state: NodeState): NodeState {
  const groups = [...state.groups].map(([key, group]) => [key, { ...group }] as const);
  return {
    ...state,
    pods: new Map(state.pods),
    guarded: new Map(state.guarded),
    requested: new Map(state.requested),
    groups: new Map(groups),
    owned: new Map(state.owned),
  };
}

/** Puts a pod on a node that belongs to no view. */
export function putPod(state: NodeState, pod: PodFacts): void {
  account(state, pod, 1);
}

/** The host ports taken on a node. */
export function portsOn({ pods }: NodeState): HostPort[] {
  return [...pods.values()].flatMap(({ hostPorts }) => hostPorts);
}

function newNodeState(name: string): NodeState {
  return {
    name,
    labels: {},
    taints: [],
    unschedulable: false,
    allocatable: new Map(),
    pods: new Map(),
    guarded: new Map(),
    requested: new Map(),
    groups: new Map(),
    owned: new Map(),
  };
}

type NodeFacts = Pick<NodeState, "labels" | "taints" | "unschedulable" | "allocatable">;

function readNode({ metadata = {}, spec = {}, status = {} }: Node): NodeFacts {
  return {
    labels: metadata.labels ?? {},
    taints: spec.taints ?? [],
    unschedulable: spec.unschedulable === true,
    allocatable: readAmounts(status.allocatable ?? status.capacity),
  };
}

function account(state: NodeState, pod: PodFacts, sign: 1 | -1): void {
  if (sign === 1) state.pods.set(pod.key, pod);
  else state.pods.delete(pod.key);
  if (sign === 1 && pod.affinity.away.length > 0) state.guarded.set(pod.key, pod);
  else state.guarded.delete(pod.key);
  const add = (name: string, amount: number): void =>
    void state.requested.set(name, (state.requested.get(name) ?? 0) + sign * amount);
  for (const [name, amount] of pod.requests) add(name, amount);
  add(WEIGHED.cpu, weighedCpu(pod));
  add(WEIGHED.memory, weighedMemory(pod));

  const { namespace, labels, ownerUid, terminating } = pod;
  if (!terminating) state.owned.set(ownerUid, (state.owned.get(ownerUid) ?? 0) + sign);
  if (state.owned.get(ownerUid) === 0) state.owned.delete(ownerUid);
  const key = `${namespace} ${ownerUid} ${terminating ? 1 : 0} ${JSON.stringify(labels)}`;
  const group = state.groups.get(key) ?? { namespace, labels, ownerUid, terminating, count: 0 };
  group.count += sign;
  if (group.count === 0) state.groups.delete(key);
  else state.groups.set(key, group);
}

/** What a pod counts for when nodes are compared, in thousandths of a core. */
export function weighedCpu({ requests }: PodFacts): number {
  return requests.get("cpu") ?? UNREQUESTED_CPU;
}

/** What a pod counts for when nodes are compared, in bytes. */
export function weighedMemory({ requests }: PodFacts): number {
  return requests.get("memory") ?? UNREQUESTED_MEMORY;
}
