import * as fc from "fast-check";
import type { Pod, PodSpec } from "kubernetes-types/core/v1";
import { describe, expect, it } from "vitest";
import { emptyNode, readPodFacts } from "../placement/index.ts";
import type { PodFacts } from "../placement/index.ts";
import type { CandidateType } from "./autoscaler-cloud.ts";
import { candidateNode } from "./candidate-node.ts";
import { planNodes } from "./plan-nodes.ts";
import type { Plan, PlanInput } from "./plan-nodes.ts";
import { newSubnetBook } from "./subnet-book.ts";

const type = (
  name: string,
  usdPerHour: number,
  [cpu, pods]: readonly [number, number],
): CandidateType => ({
  type: name,
  usdPerHour,
  arch: name.includes("g.") ? "arm64" : "amd64",
  allocatable: { cpu, memory: cpu * 4 * 2 ** 30, pods },
});

const SMALL = type("m5.large", 0.1, [2, 29]);
const BIG = type("m5.2xlarge", 0.4, [8, 58]);
const ARM = type("m6g.large", 0.08, [2, 29]);

function pod(name: string, cpu: string, spec: Partial<PodSpec> = {}): PodFacts {
  const object: Pod = {
    metadata: { name, namespace: "default", uid: name, labels: { app: "web" } },
    spec: { containers: [{ name: "main", resources: { requests: { cpu } } }], ...spec },
  };
  return readPodFacts(object);
}

const pods = (count: number, cpu: string): PodFacts[] =>
  Array.from({ length: count }, (_, at) => pod(`p${at}`, cpu));

function plan(input: Partial<PlanInput>): Plan {
  return planNodes({
    pods: [],
    nodes: [],
    types: [SMALL, BIG],
    zones: [
      { zone: "us-east-1a", freeAddresses: 200 },
      { zone: "us-east-1b", freeAddresses: 100 },
    ],
    daemons: [],
    newNodesMax: 100,
    pool: "default",
    ...input,
  });
}

const summary = ({ planned, refused, fitting }: Plan): unknown => ({
  planned: planned.map(
    ({ type: { type: name }, zone, pods: on }) => `${name} ${zone} ${on.length}`,
  ),
  refused: refused.map(({ why }) => why),
  fitting: fitting.map(({ nodeName }) => nodeName),
});

const inZone = (zone: string): Partial<PodSpec> => ({
  nodeSelector: { "topology.kubernetes.io/zone": zone },
});
const selecting = (nodeSelector: Record<string, string>): Partial<PodSpec> => ({ nodeSelector });
const apart: Partial<PodSpec> = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: { app: "web" } }, topologyKey: "kubernetes.io/hostname" },
      ],
    },
  },
};
const existing = emptyNode(candidateNode(SMALL, { name: "there", zone: "us-east-1a", pool: "x" }));

interface Case {
  name: string;
  input: Partial<PlanInput>;
  planned?: string[];
  refused?: string[];
  fitting?: string[];
}

describe("planNodes", () => {
  it.each<Case>([
    { name: "nothing to do", input: {} },
    {
      name: "the cheapest type that takes it, in the zone with the most free addresses",
      input: { pods: pods(1, "1") },
      planned: ["m5.large us-east-1a 1"],
    },
    {
      name: "what only the bigger type takes",
      input: { pods: pods(1, "5") },
      planned: ["m5.2xlarge us-east-1a 1"],
    },
    {
      name: "as many as one node takes go together",
      input: { pods: pods(9, "1") },
      planned: ["m5.2xlarge us-east-1a 8", "m5.large us-east-1a 1"],
    },
    {
      name: "max pods bounds a node",
      input: { pods: pods(60, "1m"), types: [SMALL] },
      planned: ["m5.large us-east-1a 29", "m5.large us-east-1a 29", "m5.large us-east-1a 2"],
    },
    {
      name: "zones take turns as their free addresses are used up",
      input: {
        pods: pods(4, "2"),
        types: [SMALL],
        zones: [
          { zone: "us-east-1a", freeAddresses: 50 },
          { zone: "us-east-1b", freeAddresses: 45 },
        ],
      },
      planned: [
        "m5.large us-east-1a 1",
        "m5.large us-east-1b 1",
        "m5.large us-east-1a 1",
        "m5.large us-east-1b 1",
      ],
    },
    {
      name: "the zone that the pod asks for",
      input: { pods: [pod("p", "1", inZone("us-east-1b"))] },
      planned: ["m5.large us-east-1b 1"],
    },
    {
      name: "the architecture that the pod asks for",
      input: {
        pods: [pod("p", "1", selecting({ "kubernetes.io/arch": "amd64" })), pod("q", "2")],
        types: [SMALL, ARM],
      },
      planned: ["m6g.large us-east-1a 1", "m5.large us-east-1a 1"],
    },
    {
      name: "pods that want to be apart",
      input: { pods: [pod("p", "1m", apart), pod("q", "1m", apart)] },
      planned: ["m5.large us-east-1a 1", "m5.large us-east-1a 1"],
    },
    {
      name: "the pods of DaemonSets take room",
      input: { pods: pods(2, "1"), types: [SMALL], daemons: [pod("aws-node", "50m")] },
      planned: ["m5.large us-east-1a 1", "m5.large us-east-1a 1"],
    },
    {
      name: "a node that is there, or on its way, comes first",
      input: { pods: pods(3, "1"), nodes: [existing] },
      planned: ["m5.large us-east-1a 1"],
      fitting: ["there", "there"],
    },
    {
      name: "nothing would do",
      input: { pods: [pod("p", "9"), pod("q", "1", selecting({ gpu: "yes" }))] },
      refused: [
        'no instance type of nodepool "default" would do: Insufficient cpu',
        `no instance type of nodepool "default" would do: node(s) didn't match Pod's node affinity/selector`,
      ],
    },
    {
      name: "the limit is reached",
      input: { pods: pods(2, "2"), types: [SMALL], newNodesMax: 1 },
      planned: ["m5.large us-east-1a 1"],
      refused: ['the limit of nodepool "default" is reached'],
    },
    {
      name: "no subnet is left",
      input: { pods: pods(1, "1"), zones: [] },
      refused: ['no subnet of nodepool "default" can take a node now'],
    },
    {
      name: "no types",
      input: { pods: pods(1, "1"), types: [] },
      refused: ['nodepool "default" has no instance types'],
    },
  ])("$name", ({ input, planned = [], refused = [], fitting = [] }) => {
    expect(summary(plan(input))).toEqual({ planned, refused, fitting });
  });

  const SEED = 20_261_124;
  it(`gives every pod one place or one reason, and fits what it plans (seed ${SEED})`, () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 9000 }), { maxLength: 80 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 20 }), (milliCpus, newNodesMax) => {
        const wanted = milliCpus.map((cpu, at) => pod(`p${at}`, `${cpu}m`));
        const { planned, refused, fitting } = plan({ pods: wanted, newNodesMax });
        const seen = [...planned.flatMap((node) => node.pods), ...refused.map((each) => each.pod)];
        expect(fitting).toEqual([]);
        expect(seen.map(({ key }) => key).toSorted()).toEqual(
          wanted.map(({ key }) => key).toSorted(),
        );
        expect(planned.length).toBeLessThanOrEqual(newNodesMax);
        for (const node of planned) {
          const used = node.pods.reduce((sum, { requests }) => sum + (requests.get("cpu") ?? 0), 0);
          expect(used).toBeLessThanOrEqual((node.type.allocatable["cpu"] ?? 0) * 1000);
          expect(node.pods.length).toBeLessThanOrEqual(node.type.allocatable["pods"] ?? 0);
        }
        for (const { pod: each, why } of refused)
          if (!why.includes("limit")) expect(each.requests.get("cpu")).toBeGreaterThan(8000);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});

describe("the book of subnets", () => {
  const book = (): ReturnType<typeof newSubnetBook> => {
    const made = newSubnetBook();
    made.refresh([
      { id: "subnet-a1", zone: "a", freeAddresses: 50 },
      { id: "subnet-a2", zone: "a", freeAddresses: 60 },
      { id: "subnet-b1", zone: "b", freeAddresses: 10 },
    ]);
    return made;
  };
  const need = { pods: 29, nowMs: 0 };

  it("takes the one with the most addresses, less what was launched since", () => {
    const subnets = book();
    expect(["a", "a", "a"].map((zone) => subnets.take(zone, need))).toEqual([
      "subnet-a2",
      "subnet-a1",
      "subnet-a2",
    ]);
    expect(subnets.zones(0)).toEqual([
      { zone: "a", freeAddresses: 21 },
      { zone: "b", freeAddresses: 10 },
    ]);
    expect(subnets.take("c", need)).toBeUndefined();
  });

  it("leaves one out for three minutes after a refusal", () => {
    const subnets = book();
    subnets.avoid("subnet-b1", 1000);
    expect(subnets.take("b", need)).toBeUndefined();
    expect(subnets.zones(1000).map(({ zone }) => zone)).toEqual(["a"]);
    expect(subnets.take("b", { pods: 1, nowMs: 181_000 })).toBe("subnet-b1");
  });
});
