import type { Node as NodeObject } from "kubernetes-types/core/v1";
import { compete } from "../kube-client/index.ts";
import type { Informer, KubeClient } from "../kube-client/index.ts";
import {
  LEADERSHIP,
  listNodes,
  noteLeaseError,
  writeEniConfigStatus,
} from "./cluster-duties/kube-duties.ts";
import type { Cluster, ClusterNode, EniConfigFound } from "./cluster.ts";
import type { ClusterCopies } from "./cluster-copies.ts";
import { addFeature } from "./cni-node.ts";
import { readEniConfig, toNamedEniConfig } from "./eni-config.ts";
import { newTeller } from "./kube-events.ts";
import type { Log } from "./log.ts";
import { RULES_CONFIG_MAP, RULES_KEY } from "./node-group/node-rule.ts";
import { clearPodAddress, notePodAddress } from "./pod-annotation.ts";

const AGENT_NAMESPACE = "kube-system";

/** What the cluster of one node is made of. */
export interface KubeClusterParts {
  readonly client: KubeClient;
  readonly copies: ClusterCopies;
  readonly node: string;
  readonly pod: string | undefined;
  readonly log: Log;
}

/** The cluster as the agent of one node sees it, over copies that others may share. */
export function newKubeCluster({ client, copies, node, pod, log }: KubeClusterParts): Cluster {
  const { nodes, eniConfigs, cniNodes, nodeRules, rulesRead } = copies;
  const teller = newTeller({ client, node, pod, log });
  const stops: (() => void)[] = [() => teller.close()];
  let configsSynced = false;
  void eniConfigs?.synced.then(() => {
    configsSynced = true;
  });

  function findEniConfig(name: string): EniConfigFound {
    if (!configsSynced) {
      const text = "the ENIConfigs have not been read from the Kubernetes API yet";
      return { ok: false, error: { reason: "unread", text } };
    }
    return readEniConfig(name, eniConfigs?.get({ name }));
  }

  return {
    synced: untilThere(nodes, node, stops),
    node: () => toClusterNode(nodes.get({ name: node })),
    eniConfig: findEniConfig,
    eniConfigs: () => (eniConfigs?.list() ?? []).map(toNamedEniConfig),
    nodes: () => listNodes(client),
    writeStatus: (name, status) => writeEniConfigStatus(client, name, status),
    lead: (work, signal) =>
      compete(
        client,
        { ...LEADERSHIP, identity: node, lead: work, onError: noteLeaseError(log) },
        signal,
      ),
    nodeRules: () =>
      nodeRules.get({ name: RULES_CONFIG_MAP, namespace: AGENT_NAMESPACE })?.data?.[RULES_KEY],
    rulesRead,
    onChange(listener) {
      const ofNode = ({ object }: { object: { metadata?: { name?: string } } }): void => {
        if (object.metadata?.name === node) listener();
      };
      const mine = [
        nodes.onChange(ofNode),
        eniConfigs?.onChange(listener),
        cniNodes?.onChange(ofNode),
        nodeRules.onChange(listener),
      ];
      const told = new AbortController();
      // An empty list of ENIConfigs changes nothing but what is known.
      void eniConfigs?.synced.then(() => {
        if (!told.signal.aborted) listener();
      });
      const stop = (): void => {
        told.abort();
        mine.forEach((each) => each?.());
      };
      stops.push(stop);
      return stop;
    },
    tell: (subject, news) => teller.tell(subject, news),
    notePodAddress: (name, address) => notePodAddress(client, name, address),
    clearPodAddress: (name, address) => clearPodAddress(client, name, address),
    addFeature: (feature) => addFeature(client, node, feature),
    close: () => stops.forEach((stop) => stop()),
  };
}

/** A node that registers later than its agent starts is waited for, too. */
function untilThere(
  nodes: Informer<NodeObject>,
  name: string,
  stops: (() => void)[],
): Promise<void> {
  return new Promise((resolve) => {
    const stop = nodes.onChange(({ object }) => {
      if (object.metadata?.name === name) resolve();
    });
    stops.push(stop);
  });
}

/** Taints by which the cluster autoscaler, Karpenter and the cloud's controller mark nodes that they remove. */
const REMOVAL_TAINTS: ReadonlySet<string> = new Set([
  "ToBeDeletedByClusterAutoscaler",
  "karpenter.sh/disrupted",
  "karpenter.sh/disruption",
  "node.cloudprovider.kubernetes.io/shutdown",
]);

function whyLeaving({ metadata, spec }: NodeObject): string | undefined {
  if (metadata?.deletionTimestamp !== undefined) return "its object is being deleted";
  const taint = spec?.taints?.find(({ key }) => REMOVAL_TAINTS.has(key));
  return taint === undefined ? undefined : `taint ${taint.key}`;
}

function toClusterNode(node: NodeObject | undefined): ClusterNode | undefined {
  if (node === undefined) return undefined;
  const capacity = node.status?.capacity?.["pods"];
  const maxPods = capacity === undefined ? NaN : Number(capacity);
  const { labels = {}, annotations = {} } = node.metadata ?? {};
  return {
    maxPods: Number.isInteger(maxPods) ? maxPods : undefined,
    cordoned: (node.spec?.taints ?? []).some(
      ({ key, effect }) => key === "node.kubernetes.io/unschedulable" && effect === "NoSchedule",
    ),
    leaving: whyLeaving(node),
    labels,
    annotations,
  };
}
