import { expect, it } from "vitest";
import {
  choose,
  dedicated,
  outcomeOf,
  full,
  node,
  pod,
  required,
  view,
  wantedOf,
} from "../placement-for-tests.ts";
import type { Case } from "../placement-for-tests.ts";

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
];

it.each(cases)("$name", (each) => {
  expect(outcomeOf(each)).toBe(wantedOf(each));
});

it("says that a pod may not preempt", () => {
  const cluster = view([node("a", full)], [pod("1", { node: "a" })]);
  expect(choose(cluster, pod("p", { preemptionPolicy: "Never" }))).toMatchObject({
    message:
      "0/1 nodes are available: 1 Too many pods. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.",
  });
});
