import type { Node, Pod, PodSpec, Taint } from "kubernetes-types/core/v1";
import { chooseNode, newClusterView, readPodFacts } from "./index.ts";
import type { Choice, ClusterView } from "./index.ts";

/** For tests. */
export interface NodeParts {
  labels?: Record<string, string>;
  taints?: Taint[];
  cordoned?: boolean;
  allocatable?: Record<string, string>;
}

/** For tests. */
export function node(
  name: string,
  { labels, taints, cordoned, allocatable }: NodeParts = {},
): Node {
  return {
    metadata: { name, labels: { "kubernetes.io/hostname": name, ...labels } },
    spec: {
      ...(taints === undefined ? {} : { taints }),
      ...(cordoned === true ? { unschedulable: true } : {}),
    },
    status: { allocatable: { cpu: "2", memory: "4Gi", pods: "10", ...allocatable } },
  };
}

let uids = 0;

/** For tests. */
export function pod(
  name: string,
  {
    labels = {},
    requests = {},
    node: nodeName,
    owner,
    terminating = false,
    ...spec
  }: Partial<PodSpec> & {
    labels?: Record<string, string>;
    requests?: Record<string, string>;
    node?: string;
    owner?: string;
    terminating?: boolean;
  } = {},
): Pod {
  return {
    metadata: {
      name,
      namespace: "default",
      uid: `uid-${uids++}`,
      labels,
      ...(terminating ? { deletionTimestamp: "2027-01-01T00:00:00Z" } : {}),
      ...(owner === undefined
        ? {}
        : {
            ownerReferences: [
              {
                apiVersion: "apps/v1",
                kind: "ReplicaSet",
                name: owner,
                uid: owner,
                controller: true,
              },
            ],
          }),
    },
    spec: {
      containers: [{ name: "main", resources: { requests } }],
      ...(nodeName === undefined ? {} : { nodeName }),
      ...spec,
    },
  };
}

/** For tests. */
export function view(nodes: Node[], pods: Pod[] = []): ClusterView {
  const cluster = newClusterView();
  for (const each of nodes) cluster.setNode(each);
  for (const each of pods) cluster.setPod(readPodFacts(each));
  return cluster;
}

/** For tests. */
export function choose(cluster: ClusterView, candidate: Pod): Choice {
  return chooseNode(readPodFacts(candidate), cluster.nodes());
}

/** For tests. */
export const required = (term: object): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
    },
  },
});
/** For tests. */
export const away = (app: string, topologyKey = "kubernetes.io/hostname"): Partial<PodSpec> => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: { app } }, topologyKey },
      ],
    },
  },
});
/** For tests. */
export const near = (app: string, more: object = {}): Partial<PodSpec> => ({
  affinity: {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: { app } }, topologyKey: "zone", ...more },
      ],
    },
  },
});
/** For tests. */
export const spread = (more: object = {}): Partial<PodSpec> => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: "zone",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app: "web" } },
      ...more,
    },
  ],
});

/** For tests. */
export const full: NodeParts = { allocatable: { pods: "1" } };
/** For tests. */
export const dedicated: Taint = { key: "dedicated", value: "db", effect: "NoSchedule" };
/** For tests. */
export const web: { labels: Record<string, string> } = { labels: { app: "web" } };
/** For tests. */
export const inZone = (zone: string): NodeParts => ({ labels: { zone } });

/** For tests. */
export interface Case {
  name: string;
  nodes: Node[];
  pods?: Pod[];
  pod: Pod;
  /** The node's name, or what the message says before the part on preemption. */
  want: string;
  helpless?: number;
}

/** The node that is chosen, or the message. */
export function outcomeOf({ nodes, pods = [], pod: candidate }: Case): string {
  const choice = choose(view(nodes, pods), candidate);
  return choice.kind === "place" ? choice.nodeName : choice.message;
}

/** What a case wants: the node, or the whole message. */
export function wantedOf({ nodes, want, helpless = 0 }: Case): string {
  if (!want.startsWith("0/")) return want;
  const victimless = nodes.length - helpless;
  const parts = [
    ...(victimless > 0 ? [`${victimless} No preemption victims found for incoming pod`] : []),
    ...(helpless > 0 ? [`${helpless} Preemption is not helpful for scheduling`] : []),
  ].toSorted();
  return `${want} no new claims to deallocate, preemption: 0/${nodes.length} nodes are available: ${parts.join(", ")}.`;
}
