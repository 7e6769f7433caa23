import * as fc from "fast-check";
import type { Node, Pod, PodSpec, Taint } from "kubernetes-types/core/v1";
import { describe, expect, it } from "vitest";
import { chooseNode, newClusterView, readPodFacts } from "./index.ts";
import type { Choice, ClusterView } from "./index.ts";

interface NodeParts {
  labels?: Record<string, string>;
  taints?: Taint[];
  cordoned?: boolean;
  allocatable?: Record<string, string>;
}

function node(name: string, { labels, taints, cordoned, allocatable }: NodeParts = {}): Node {
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

function pod(
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

function view(nodes: Node[], pods: Pod[] = []): ClusterView {
  const cluster = newClusterView();
  for (const each of nodes) cluster.setNode(each);
  for (const each of pods) cluster.setPod(readPodFacts(each));
  return cluster;
}

function choose(cluster: ClusterView, candidate: Pod): Choice {
  return chooseNode(readPodFacts(candidate), cluster.nodes());
}

const required = (term: object): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
    },
  },
});
const away = (app: string, topologyKey = "kubernetes.io/hostname"): Partial<PodSpec> => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: { app } }, topologyKey },
      ],
    },
  },
});
const near = (app: string, more: object = {}): Partial<PodSpec> => ({
  affinity: {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: { app } }, topologyKey: "zone", ...more },
      ],
    },
  },
});
const spread = (more: object = {}): Partial<PodSpec> => ({
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

const full = { allocatable: { pods: "1" } };
const dedicated: Taint = { key: "dedicated", value: "db", effect: "NoSchedule" };
const web = { labels: { app: "web" } };
const inZone = (zone: string): NodeParts => ({ labels: { zone } });

interface Case {
  name: string;
  nodes: Node[];
  pods?: Pod[];
  pod: Pod;
  /** The node's name, or what the message says before the part on preemption. */
  want: string;
  helpless?: number;
}

const cases: Case[] = [
  {
    name: "R-IP-2: every node has its max pods",
    nodes: [node("a", full), node("b", full), node("c", full)],
    pods: [pod("1", { node: "a" }), pod("2", { node: "b" }), pod("3", { node: "c" })],
    pod: pod("web-1"),
    want: "0/3 nodes are available: 3 Too many pods.",
  },
  {
    name: "R-IP-2: a pod that is being deleted still counts",
    nodes: [node("a", full)],
    pods: [pod("1", { node: "a", terminating: true })],
    pod: pod("web-1"),
    want: "0/1 nodes are available: 1 Too many pods.",
  },
  { name: "no nodes", nodes: [], pod: pod("p"), want: "no nodes available to schedule pods" },
  {
    name: "several reasons, sorted as text",
    nodes: [node("a", full), node("b", { cordoned: true }), node("c", { taints: [dedicated] })],
    pods: [pod("1", { node: "a" })],
    pod: pod("p", { requests: { cpu: "3", memory: "1Gi" } }),
    want: "0/3 nodes are available: 1 Insufficient cpu, 1 Too many pods, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.",
    helpless: 3,
  },
  {
    name: "cpu in use",
    nodes: [node("a")],
    pods: [pod("1", { node: "a", requests: { cpu: "1500m" } })],
    pod: pod("p", { requests: { cpu: "600m" } }),
    want: "0/1 nodes are available: 1 Insufficient cpu.",
  },
  {
    name: "cpu to the last thousandth",
    nodes: [node("a")],
    pods: [pod("1", { node: "a", requests: { cpu: "1.7" } })],
    pod: pod("p", { requests: { cpu: "300m" } }),
    want: "a",
  },
  {
    name: "a branch ENI",
    nodes: [node("a", { allocatable: { "vpc.amazonaws.com/pod-eni": "0" } })],
    pod: pod("p", { requests: { "vpc.amazonaws.com/pod-eni": "1" } }),
    want: "0/1 nodes are available: 1 Insufficient vpc.amazonaws.com/pod-eni.",
    helpless: 1,
  },
  {
    name: "an init container that needs more than the pod itself",
    nodes: [node("a")],
    pod: pod("p", {
      requests: { cpu: "100m" },
      initContainers: [{ name: "init", resources: { requests: { cpu: "4" } } }],
    }),
    want: "0/1 nodes are available: 1 Insufficient cpu.",
    helpless: 1,
  },
  {
    name: "sidecars and overhead count with the containers",
    nodes: [node("a")],
    pod: pod("p", {
      requests: { cpu: "1" },
      overhead: { cpu: "500m" },
      initContainers: [
        { name: "side", restartPolicy: "Always", resources: { limits: { cpu: "501m" } } },
      ],
    }),
    want: "0/1 nodes are available: 1 Insufficient cpu.",
    helpless: 1,
  },
  {
    name: "a cordoned node, tolerated",
    nodes: [node("a", { cordoned: true })],
    pod: pod("p", {
      tolerations: [{ key: "node.kubernetes.io/unschedulable", operator: "Exists" }],
    }),
    want: "a",
  },
  {
    name: "a taint, tolerated by its value",
    nodes: [node("a", { taints: [dedicated] })],
    pod: pod("p", { tolerations: [{ key: "dedicated", value: "db" }] }),
    want: "a",
  },
  {
    name: "a taint, another effect tolerated",
    nodes: [node("a", { taints: [dedicated] })],
    pod: pod("p", {
      tolerations: [{ key: "dedicated", operator: "Exists", effect: "NoExecute" }],
    }),
    want: "0/1 nodes are available: 1 node(s) had untolerated taint(s).",
    helpless: 1,
  },
  {
    name: "a taint, everything tolerated",
    nodes: [node("a", { taints: [dedicated] })],
    pod: pod("p", { tolerations: [{ operator: "Exists" }] }),
    want: "a",
  },
  {
    name: "PreferNoSchedule only counts when there is a choice",
    nodes: [
      node("a", { taints: [{ key: "k", effect: "PreferNoSchedule" }] }),
      node("b", { allocatable: { cpu: "1" } }),
    ],
    pod: pod("p"),
    want: "b",
  },
  {
    name: "nodeSelector",
    nodes: [node("a"), node("b", { labels: { disk: "ssd" } })],
    pod: pod("p", { nodeSelector: { disk: "ssd" } }),
    want: "b",
  },
  {
    name: "nodeSelector of no node",
    nodes: [node("a"), node("b")],
    pod: pod("p", { nodeSelector: { disk: "ssd" } }),
    want: "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
    helpless: 2,
  },
  {
    name: "required node affinity: Gt, NotIn, Exists, DoesNotExist, Lt",
    nodes: [
      node("a", { labels: { gen: "5", os: "x" } }),
      node("b", { labels: { gen: "6", os: "y" } }),
    ],
    pod: pod(
      "p",
      required({
        matchExpressions: [
          { key: "gen", operator: "Gt", values: ["5"] },
          { key: "gen", operator: "Lt", values: ["7"] },
          { key: "os", operator: "NotIn", values: ["x"] },
          { key: "os", operator: "Exists" },
          { key: "gpu", operator: "DoesNotExist" },
        ],
      }),
    ),
    want: "b",
  },
  {
    name: "a term without requirements, and one with an unknown operator, match nothing",
    nodes: [node("a")],
    pod: pod("p", {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{}, { matchExpressions: [{ key: "a", operator: "Near" }] }],
          },
        },
      },
    }),
    want: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
    helpless: 1,
  },
  {
    name: "a DaemonSet's pod whose node is full",
    nodes: [node("a", full), node("b"), node("c")],
    pods: [pod("1", { node: "a" })],
    pod: pod(
      "ds",
      required({ matchFields: [{ key: "metadata.name", operator: "In", values: ["a"] }] }),
    ),
    want: "0/3 nodes are available: 1 Too many pods, 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    helpless: 2,
  },
  {
    name: "preferred node affinity",
    nodes: [node("a"), node("b", { labels: { disk: "ssd" } })],
    pod: pod("p", {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 1,
              preference: { matchExpressions: [{ key: "disk", operator: "In", values: ["ssd"] }] },
            },
          ],
        },
      },
    }),
    want: "b",
  },
  {
    name: "a host port in use",
    nodes: [node("a")],
    pods: [
      pod("1", {
        node: "a",
        containers: [{ name: "m", ports: [{ containerPort: 80, hostPort: 80 }] }],
      }),
    ],
    pod: pod("p", {
      containers: [
        { name: "m", ports: [{ containerPort: 80, hostPort: 80, hostIP: "127.0.0.1" }] },
      ],
    }),
    want: "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
  },
  {
    name: "a host port on another address, and of another protocol",
    nodes: [node("a")],
    pods: [
      pod("1", {
        node: "a",
        containers: [
          {
            name: "m",
            ports: [
              { containerPort: 80, hostPort: 80, hostIP: "10.0.0.1" },
              { containerPort: 53, hostPort: 53, protocol: "UDP" },
            ],
          },
        ],
      }),
    ],
    pod: pod("p", {
      containers: [
        {
          name: "m",
          ports: [
            { containerPort: 80, hostPort: 80, hostIP: "127.0.0.1" },
            { containerPort: 53, hostPort: 53 },
          ],
        },
      ],
    }),
    want: "a",
  },
  {
    name: "topology spread: the zone with fewer",
    nodes: [node("a", inZone("z1")), node("b", inZone("z2"))],
    pods: [pod("1", { node: "a", ...web })],
    pod: pod("p", { ...web, ...spread() }),
    want: "b",
  },
  {
    name: "topology spread: the zone with fewer is full",
    nodes: [node("a", inZone("z1")), node("b", { ...inZone("z2"), ...full }), node("c")],
    pods: [pod("1", { node: "a", ...web }), pod("2", { node: "b" })],
    pod: pod("p", { ...web, ...spread() }),
    want: "0/3 nodes are available: 1 Too many pods, 1 node(s) didn't match pod topology spread constraints, 1 node(s) didn't match pod topology spread constraints (missing required label).",
    helpless: 1,
  },
  {
    name: "topology spread: pods that are being deleted do not count",
    nodes: [node("a", inZone("z1")), node("b", { ...inZone("z2"), cordoned: true })],
    pods: [pod("1", { node: "a", ...web, terminating: true })],
    pod: pod("p", { ...web, ...spread() }),
    want: "a",
  },
  {
    name: "topology spread: nodes it cannot be on do not count, unless told to",
    nodes: [node("a", { labels: { zone: "z1", disk: "ssd" } }), node("b", inZone("z2"))],
    pods: [pod("1", { node: "a", ...web })],
    pod: pod("p", { ...web, ...spread(), nodeSelector: { disk: "ssd" } }),
    want: "a",
  },
  {
    name: "topology spread: with nodeAffinityPolicy Ignore they do",
    nodes: [node("a", { labels: { zone: "z1", disk: "ssd" } }), node("b", inZone("z2"))],
    pods: [pod("1", { node: "a", ...web })],
    pod: pod("p", {
      ...web,
      ...spread({ nodeAffinityPolicy: "Ignore" }),
      nodeSelector: { disk: "ssd" },
    }),
    want: "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) didn't match pod topology spread constraints.",
    helpless: 1,
  },
  {
    name: "topology spread: fewer domains than minDomains",
    nodes: [node("a", inZone("z1"))],
    pods: [pod("1", { node: "a", ...web })],
    pod: pod("p", { ...web, ...spread({ minDomains: 2 }) }),
    want: "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints.",
  },
  {
    name: "topology spread: matchLabelKeys tell a new revision from the old one",
    nodes: [node("a", inZone("z1")), node("b", { ...inZone("z2"), cordoned: true })],
    pods: [pod("1", { node: "a", labels: { app: "web", rev: "1" } })],
    pod: pod("p", {
      labels: { app: "web", rev: "2" },
      ...spread({ matchLabelKeys: ["rev"], nodeTaintsPolicy: "Honor" }),
    }),
    want: "a",
  },
  {
    name: "topology spread: ScheduleAnyway only prefers",
    nodes: [node("a", inZone("z1")), node("b", { ...inZone("z2"), allocatable: { cpu: "1" } })],
    pods: [pod("1", { node: "a", ...web })],
    pod: pod("p", { ...web, ...spread({ whenUnsatisfiable: "ScheduleAnyway" }) }),
    want: "b",
  },
  {
    name: "anti-affinity of the pod",
    nodes: [node("a"), node("b")],
    pods: [pod("1", { node: "a", ...web }), pod("2", { node: "b", ...web })],
    pod: pod("p", away("web")),
    want: "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.",
  },
  {
    name: "anti-affinity of a pod that is there",
    nodes: [node("a", inZone("z1")), node("b", inZone("z1"))],
    pods: [pod("1", { node: "a", ...away("web", "zone") })],
    pod: pod("p", web),
    want: "0/2 nodes are available: 2 node(s) didn't satisfy existing pods anti-affinity rules.",
  },
  {
    name: "affinity: where one of them is",
    nodes: [node("a", inZone("z1")), node("b", inZone("z2"))],
    pods: [pod("1", { node: "b", ...web })],
    pod: pod("p", near("web")),
    want: "b",
  },
  {
    name: "affinity: nowhere, and the pod is not one of them",
    nodes: [node("a", inZone("z1"))],
    pod: pod("p", near("web")),
    want: "0/1 nodes are available: 1 node(s) didn't match pod affinity rules.",
    helpless: 1,
  },
  {
    name: "affinity: the first of a group",
    nodes: [node("a", inZone("z1"))],
    pod: pod("p", { ...web, ...near("web") }),
    want: "a",
  },
  {
    name: "affinity: pods of another namespace count only if they are asked for",
    nodes: [node("a", inZone("z1"))],
    pods: [pod("1", { node: "a", ...web })],
    pod: pod("p", near("web", { namespaces: ["other"] })),
    want: "0/1 nodes are available: 1 node(s) didn't match pod affinity rules.",
    helpless: 1,
  },
  {
    name: "affinity: pods of all namespaces",
    nodes: [node("a", inZone("z1"))],
    pods: [pod("1", { node: "a", ...web })],
    pod: pod("p", near("web", { namespaceSelector: {} })),
    want: "a",
  },
  {
    name: "preferred anti-affinity",
    nodes: [node("a"), node("b", { allocatable: { cpu: "1" } })],
    pods: [pod("1", { node: "a", ...web })],
    pod: pod("p", {
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 100,
              podAffinityTerm: {
                labelSelector: { matchLabels: { app: "web" } },
                topologyKey: "kubernetes.io/hostname",
              },
            },
          ],
        },
      },
    }),
    want: "b",
  },
  {
    name: "pods of one owner are spread, though the other node is fuller",
    nodes: [node("a"), node("b", { allocatable: { cpu: "1", memory: "2Gi" } })],
    pods: [pod("1", { node: "a", owner: "rs" })],
    pod: pod("p", { owner: "rs" }),
    want: "b",
  },
  {
    name: "equal nodes: the first by name",
    nodes: [node("b"), node("a")],
    pod: pod("p"),
    want: "a",
  },
];

describe("chooseNode", () => {
  it.each(cases)("$name", ({ nodes, pods = [], pod: candidate, want, helpless = 0 }) => {
    const choice = choose(view(nodes, pods), candidate);
    if (choice.kind === "place") {
      expect(choice.nodeName).toBe(want);
      return;
    }
    const parts = [
      ...(nodes.length > helpless
        ? [`${nodes.length - helpless} No preemption victims found for incoming pod`]
        : []),
      ...(helpless > 0 ? [`${helpless} Preemption is not helpful for scheduling`] : []),
    ].toSorted();
    const rest =
      nodes.length === 0
        ? ""
        : ` no new claims to deallocate, preemption: 0/${nodes.length} nodes are available: ${parts.join(", ")}.`;
    expect(choice.message).toBe(want + rest);
  });

  it("says that a pod may not preempt", () => {
    const choice = choose(view([node("a", full)], [pod("1", { node: "a" })]), {
      ...pod("p", { preemptionPolicy: "Never" }),
    });
    expect(choice).toMatchObject({
      message:
        "0/1 nodes are available: 1 Too many pods. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.",
    });
  });
});

describe("a view of a cluster", () => {
  it("remembers the pods of a node that goes and comes back", () => {
    const cluster = view([node("a", full)], [pod("1", { node: "a" })]);
    cluster.removeNode("a");
    cluster.removeNode("unknown");
    expect(cluster.nodes()).toEqual([]);
    cluster.setNode(node("a", full));
    expect(choose(cluster, pod("p")).kind).toBe("unschedulable");
    cluster.removePod("default/1");
    expect(choose(cluster, pod("p")).kind).toBe("place");
  });

  it("knows pods of nodes that it has not seen, and forgets both", () => {
    const cluster = view([], [pod("1", { node: "a", ...away("web") })]);
    expect(cluster.nodeOf("default/1")).toBe("a");
    cluster.removePod("default/1");
    cluster.removePod("default/1");
    expect(cluster.nodeOf("default/1")).toBeUndefined();
  });
});

const SEED = 20_261_124;

interface Lot {
  caps: { pods: number; cpu: number }[];
  wants: number[];
}

const lots = fc.record({
  caps: fc.array(
    fc.record({ pods: fc.integer({ min: 0, max: 8 }), cpu: fc.integer({ min: 0, max: 4000 }) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  ),
  wants: fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 40 }),
});

it(`never goes beyond a node's allocatable, and refuses only what fits nowhere (seed ${SEED})`, () => {
  fc.assert(
    fc.property(lots, ({ caps, wants }: Lot) => {
      const cluster = view(
        caps.map(({ pods, cpu }, at) =>
          node(`n${at}`, { allocatable: { pods: String(pods), cpu: `${cpu}m` } }),
        ),
      );
      const used = caps.map(() => ({ pods: 0, cpu: 0 }));
      for (const [at, cpu] of wants.entries()) {
        const candidate = pod(`p${at}`, { requests: { cpu: `${cpu}m` } });
        const choice = choose(cluster, candidate);
        const fits = caps.map(
          (cap, index) =>
            (used[index]?.pods ?? 0) < cap.pods && (used[index]?.cpu ?? 0) + cpu <= cap.cpu,
        );
        if (choice.kind === "unschedulable") {
          expect(fits).not.toContain(true);
          continue;
        }
        const index = Number(choice.nodeName.slice(1));
        expect(fits[index]).toBe(true);
        const sum = used[index];
        if (sum !== undefined) {
          sum.pods++;
          sum.cpu += cpu;
        }
        cluster.setPod(readPodFacts(candidate, choice.nodeName));
      }
    }),
    { seed: SEED, numRuns: 200 },
  );
});

it("fills equal nodes evenly: no node gets two pods more than another", () => {
  const cluster = view(Array.from({ length: 7 }, (_, at) => node(`n${at}`)));
  for (let at = 0; at < 50; at++) {
    const candidate = pod(`p${at}`, { owner: "rs" });
    const choice = choose(cluster, candidate);
    if (choice.kind === "place") cluster.setPod(readPodFacts(candidate, choice.nodeName));
  }
  const counts = cluster.nodes().map(({ pods }) => pods.size);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
});
