import { expect, it } from "vitest";
import {
  away,
  outcomeOf,
  full,
  inZone,
  near,
  node,
  pod,
  spread,
  wantedOf,
  web,
} from "../placement-for-tests.ts";
import type { Case } from "../placement-for-tests.ts";

const cases: Case[] = [
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

it.each(cases)("$name", (each) => {
  expect(outcomeOf(each)).toBe(wantedOf(each));
});
