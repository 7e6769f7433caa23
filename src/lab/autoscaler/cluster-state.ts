import type { DaemonSet } from "kubernetes-types/apps/v1";
import type { Node, Pod } from "kubernetes-types/core/v1";
import { DAEMON_SETS, NODES, openInformer, PODS } from "../../kube-client/index.ts";
import type { Informer, KubeClient } from "../../kube-client/index.ts";
import { copyNode, emptyNode, newClusterView, readPodFacts } from "../placement/index.ts";
import type { NodeState, PodFacts } from "../placement/index.ts";
import { POOL_LABEL } from "./candidate-node.ts";
import { isFinished, isOfNode, isProvisionable, keyOf } from "./pod-kinds.ts";

/** What an autoscaler knows of the cluster. */
export interface ClusterState {
  readonly synced: Promise<unknown>;
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  /** The pods that nodes should be added for. */
  provisionable(): Pod[];
  /** The pods on a node that are not there because of it. */
  workloadOn(nodeName: string): Pod[];
  /** The nodes for planning, as copies; those that have not been ready yet without the taints that say so. */
  planningNodes(): NodeState[];
  /** Whether the node has been ready once. */
  isInitialised(nodeName: string): boolean;
  /** Nodes of the pool. */
  poolNodes(): Node[];
  /** A pod of each DaemonSet. */
  daemons(): PodFacts[];
  close(): void;
}

/** What is told of it. */
export interface ClusterStateOptions {
  readonly pool: string;
  readonly onProvisionable: () => void;
  readonly onBug: (error: unknown) => void;
}

// Of nodes that are being set up.
const PASSING_TAINTS = new Set([
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unreachable",
  "node.kubernetes.io/network-unavailable",
  "node.cloudprovider.kubernetes.io/uninitialized",
]);

/** Follows nodes, pods and DaemonSets. */
export function followCluster(
  client: KubeClient,
  { pool, onProvisionable, onBug }: ClusterStateOptions,
): ClusterState {
  const nodes = openInformer(client, NODES);
  const pods = openInformer(client, PODS);
  const daemonSets = openInformer(client, DAEMON_SETS);
  const view = newClusterView();
  const initialised = new Set<string>();

  nodes.onChange(({ type, object }) => {
    const name = object.metadata?.name ?? "";
    if (type === "deleted") {
      view.removeNode(name);
      initialised.delete(name);
      return;
    }
    view.setNode(object);
    if (isReady(object)) initialised.add(name);
  });
  pods.onChange(({ type, object, old }) => {
    try {
      if (type === "deleted" || isFinished(object)) view.removePod(keyOf(object));
      else if ((object.spec?.nodeName ?? "") !== "") view.setPod(readPodFacts(object));
      else if (isProvisionable(object) && (old === undefined || !isProvisionable(old)))
        onProvisionable();
    } catch (error) {
      onBug(error);
    }
  });

  return {
    synced: Promise.all([nodes.synced, pods.synced, daemonSets.synced]),
    nodes,
    pods,
    provisionable: () => pods.list().filter(isProvisionable),
    workloadOn: (nodeName) =>
      pods
        .list()
        .filter((pod) => pod.spec?.nodeName === nodeName && !isFinished(pod) && !isOfNode(pod)),
    planningNodes: () =>
      view.nodes().map((node) => {
        const copy = copyNode(node);
        if (!initialised.has(node.name))
          copy.taints = copy.taints.filter(({ key }) => !PASSING_TAINTS.has(key));
        return copy;
      }),
    isInitialised: (nodeName) => initialised.has(nodeName),
    poolNodes: () => nodes.list().filter(({ metadata }) => metadata?.labels?.[POOL_LABEL] === pool),
    daemons: () => daemonSets.list().map(readDaemon),
    close() {
      nodes.close();
      pods.close();
      daemonSets.close();
    },
  };
}

function readDaemon({ metadata = {}, spec }: DaemonSet): PodFacts {
  const template = spec?.template;
  return readPodFacts({
    metadata: { ...template?.metadata, name: metadata.name, namespace: metadata.namespace },
    ...(template?.spec === undefined ? {} : { spec: template.spec }),
  } as Pod);
}

function isReady(node: Node): boolean {
  const { taints } = emptyNode(node);
  return (
    node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ===
      true && !taints.some(({ key }) => PASSING_TAINTS.has(key))
  );
}
