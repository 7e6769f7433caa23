import fc from "fast-check";
import type { DaemonSet } from "kubernetes-types/apps/v1";
import type { Node, Pod } from "kubernetes-types/core/v1";
import { describe, expect, it, test } from "vitest";
import { isDeleting, labelsOf, nameOf } from "../objects/meta.ts";
import { isPodReady } from "../objects/pod.ts";
import { REVISION_HASH } from "../objects/revisions.ts";
import { nodeNamed, NOW_MS, podNamed, type TestPod } from "../testing/objects-for-tests.ts";
import { allowanceOf } from "./allowance.ts";
import { belongsOn, daemonPod, nodeNameOf } from "./daemon-pod.ts";
import { planDaemonSet } from "./plan.ts";
import { daemonSetStatus } from "./status.ts";

const NODES = [nodeNamed("a"), nodeNamed("b"), nodeNamed("c")];
const NO_SCHEDULE = { key: "dedicated", effect: "NoSchedule" };
const NO_EXECUTE = { key: "dedicated", effect: "NoExecute" };

function agent(
  rollingUpdate: { maxUnavailable?: number | string; maxSurge?: number | string } = {},
  spec: Partial<NonNullable<DaemonSet["spec"]>> = {},
): DaemonSet {
  return {
    metadata: { name: "agent", namespace: "kube-system", uid: "agent-uid", generation: 2 },
    spec: {
      selector: { matchLabels: { app: "agent" } },
      template: { metadata: { labels: { app: "agent" } }, spec: { containers: [] } },
      updateStrategy: { type: "RollingUpdate", rollingUpdate },
      ...spec,
    },
  };
}

/** A pod of the old or the new template that is ready, unless said otherwise. */
function pod(name: string, hash: "old" | "new", given: TestPod = {}): Pod {
  const labels = { app: "agent", [REVISION_HASH]: hash };
  return podNamed(name, { ready: 100, labels, ...given });
}

function plan(daemonSet: DaemonSet, pods: readonly Pod[], nodes: readonly Node[] = NODES): object {
  const { create, remove } = planDaemonSet(daemonSet, { nodes, pods, hash: "new", nowMs: NOW_MS });
  return { create, remove: remove.map(nameOf) };
}

const old3 = [
  pod("a1", "old", { node: "a" }),
  pod("b1", "old", { node: "b" }),
  pod("c1", "old", { node: "c" }),
];

describe("planDaemonSet", () => {
  test.each([
    {
      name: "no pods: one a node",
      daemonSet: agent(),
      pods: [],
      want: { create: ["a", "b", "c"], remove: [] },
    },
    {
      name: "a pod that is meant for a node but not yet bound counts",
      daemonSet: agent(),
      pods: [daemonPod(agent(), { nodeName: "a", hash: "new" }), ...old3.slice(1)],
      want: { create: [], remove: [] },
    },
    {
      name: "two on a node: the older stays",
      daemonSet: agent(),
      pods: [...old3, pod("a2", "new", { node: "a", age: 1 })],
      want: { create: [], remove: ["a2"] },
    },
    {
      name: "an update with maxUnavailable 1: one node at a time",
      daemonSet: agent({ maxUnavailable: 1 }),
      pods: old3,
      want: { create: [], remove: ["a1"] },
    },
    {
      name: "percentages round up",
      daemonSet: agent({ maxUnavailable: "34%" }),
      pods: old3,
      want: { create: [], remove: ["a1", "b1"] },
    },
    {
      name: "a new pod that is not ready: nobody else goes",
      daemonSet: agent({ maxUnavailable: 1 }),
      pods: [podNamed("a2", { node: "a", labels: { [REVISION_HASH]: "new" } }), ...old3.slice(1)],
      want: { create: [], remove: [] },
    },
    {
      name: "old pods that are not ready: they go whatever the limit is",
      daemonSet: agent({ maxUnavailable: 1 }),
      pods: [
        podNamed("a1", { node: "a", labels: { [REVISION_HASH]: "old" } }),
        podNamed("b1", { node: "b", labels: { [REVISION_HASH]: "old" } }),
        ...old3.slice(2),
      ],
      want: { create: [], remove: ["a1", "b1"] },
    },
    {
      name: "a pod that is being deleted: its node counts as missing",
      daemonSet: agent({ maxUnavailable: 1 }),
      pods: [pod("a1", "old", { node: "a", deleting: true }), ...old3.slice(1)],
      want: { create: [], remove: [] },
    },
    {
      name: "OnDelete: nothing is replaced",
      daemonSet: agent({}, { updateStrategy: { type: "OnDelete" } }),
      pods: old3,
      want: { create: [], remove: [] },
    },
    {
      name: "a surge: the new pod comes first",
      daemonSet: agent({ maxUnavailable: 0, maxSurge: 1 }),
      pods: old3,
      want: { create: ["a"], remove: [] },
    },
    {
      name: "a surge whose new pod is ready: the old one goes",
      daemonSet: agent({ maxUnavailable: 0, maxSurge: 1 }),
      pods: [...old3, pod("a2", "new", { node: "a", age: 1 })],
      want: { create: [], remove: ["a1"] },
    },
    {
      name: "a pod that has failed is removed, and comes again afterwards",
      daemonSet: agent(),
      pods: [pod("a1", "new", { node: "a", phase: "Failed" }), ...old3.slice(1)],
      want: { create: [], remove: ["a1"] },
    },
    {
      name: "a node that is gone: its pod too",
      daemonSet: agent(),
      pods: [pod("z1", "new", { node: "z" }), ...old3],
      want: { create: [], remove: ["z1"] },
    },
  ])("$name", ({ daemonSet, pods, want }) => {
    expect(plan(daemonSet, pods)).toEqual(want);
  });

  it("leaves a tainted node, at once only if the taint says so", () => {
    const pods = [pod("a1", "new", { node: "a" })];
    const tainted = [nodeNamed("a", { taints: [NO_SCHEDULE] })];
    expect(plan(agent(), pods, tainted)).toEqual({ create: [], remove: [] });
    expect(plan(agent(), [], tainted)).toEqual({ create: [], remove: [] });
    const driven = [nodeNamed("a", { taints: [NO_EXECUTE] })];
    expect(plan(agent(), pods, driven)).toEqual({ create: [], remove: ["a1"] });
  });
});

describe("belongsOn", () => {
  test.each([
    { key: "node.kubernetes.io/not-ready", effect: "NoExecute", isWanted: true },
    { key: "node.kubernetes.io/not-ready", effect: "NoSchedule", isWanted: false },
    { key: "node.kubernetes.io/unreachable", effect: "NoExecute", isWanted: true },
    { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule", isWanted: true },
    { key: "node.kubernetes.io/disk-pressure", effect: "NoSchedule", isWanted: true },
    { key: "node.kubernetes.io/network-unavailable", effect: "NoSchedule", isWanted: false },
    { key: "other", effect: "PreferNoSchedule", isWanted: true },
    { key: "other", effect: "NoSchedule", isWanted: false },
  ])("$key:$effect", ({ key, effect, isWanted }) => {
    const node = nodeNamed("a", { taints: [{ key, effect }] });
    expect(belongsOn(agent(), node).isWanted).toBe(isWanted);
  });

  it("follows node selector, required affinity and node name", () => {
    const template = { spec: { containers: [], nodeSelector: { disk: "ssd" } } };
    const selective = agent({}, { template });
    expect(belongsOn(selective, nodeNamed("a")).mayStay).toBe(false);
    expect(belongsOn(selective, nodeNamed("a", { labels: { disk: "ssd" } })).isWanted).toBe(true);
    const named = agent({}, { template: { spec: { containers: [], nodeName: "b" } } });
    expect(belongsOn(named, nodeNamed("a")).isWanted).toBe(false);
  });
});

test("a daemon's pod names its node in its affinity, and keeps the template's preferences", () => {
  const preferred = [{ weight: 1, preference: {} }];
  const nodeAffinity = { preferredDuringSchedulingIgnoredDuringExecution: preferred };
  const spec = { containers: [], hostNetwork: true, affinity: { nodeAffinity } };
  const made = daemonPod(agent({}, { template: { spec } }), { nodeName: "a", hash: "x" });
  expect(nodeNameOf(made)).toBe("a");
  expect(labelsOf(made)[REVISION_HASH]).toBe("x");
  expect(made.spec?.affinity?.nodeAffinity).toMatchObject(nodeAffinity);
  expect(made.spec?.tolerations?.at(-1)?.key).toBe("node.kubernetes.io/network-unavailable");
});

test("the status counts nodes, not pods", () => {
  const pods = [
    pod("a1", "new", { node: "a", ready: 5 }),
    pod("b1", "old", { node: "b" }),
    pod("d1", "old", { node: "d" }),
  ];
  const nodes = [...NODES, nodeNamed("d", { taints: [NO_SCHEDULE] })];
  const daemonSet = agent({}, { minReadySeconds: 10 });
  const facts = { nodes, pods, hash: "new", nowMs: NOW_MS };
  expect(daemonSetStatus(daemonSet, facts)).toEqual({
    status: {
      currentNumberScheduled: 2,
      numberMisscheduled: 1,
      desiredNumberScheduled: 3,
      numberReady: 2,
      observedGeneration: 2,
      updatedNumberScheduled: 1,
      numberAvailable: 1,
      numberUnavailable: 2,
    },
    changesAtMs: NOW_MS + 5000,
  });
});

test("an update never lacks more nodes than allowed, has no more pods than the surge, and comes to an end", () => {
  const settings = fc.record({
    nodeCount: fc.integer({ min: 1, max: 12 }),
    unavailable: fc.integer({ min: 1, max: 100 }),
    isSurging: fc.boolean(),
    luck: fc.infiniteStream(fc.boolean()),
  });
  fc.assert(
    fc.property(settings, ({ nodeCount, unavailable, isSurging, luck }) => {
      const limit = `${unavailable}%`;
      const daemonSet = agent(
        isSurging ? { maxUnavailable: 0, maxSurge: limit } : { maxUnavailable: limit },
      );
      const nodes = Array.from({ length: nodeCount }, (_, index) => nodeNamed(`n${index}`));
      const allowance = allowanceOf(daemonSet, nodeCount);
      let pods = nodes.map((node, index) => pod(`old-${index}`, "old", { node: nameOf(node) }));
      let made = 0;
      const isDone = (): boolean =>
        pods.length === nodeCount &&
        pods.every((one) => labelsOf(one)[REVISION_HASH] === "new" && isPodReady(one));
      for (let step = 0; step < 2000 && !isDone(); step += 1) {
        const next = planDaemonSet(daemonSet, { nodes, pods, hash: "new", nowMs: NOW_MS });
        const going = new Set(next.remove.map(nameOf));
        pods = pods.map((one) =>
          going.has(nameOf(one))
            ? pod(nameOf(one), "old", { node: one.spec?.nodeName ?? "", deleting: true })
            : one,
        );
        for (const node of next.create) {
          const labels = { [REVISION_HASH]: "new" };
          pods.push(podNamed(`new-${made++}`, { node, labels, age: 1 }));
        }
        const ready = new Set(
          pods
            .filter((one) => isPodReady(one) && !isDeleting(one))
            .map((one) => one.spec?.nodeName),
        );
        expect(ready.size).toBeGreaterThanOrEqual(nodeCount - allowance.unavailable);
        // As in Kubernetes, a pod that is ending makes room for the next surge.
        const staying = pods.filter((one) => !isDeleting(one));
        expect(staying.length).toBeLessThanOrEqual(nodeCount + allowance.surge);
        pods = pods.flatMap((one) => {
          if (luck.next().value !== true) return [one];
          if (isDeleting(one)) return [];
          const hash = labelsOf(one)[REVISION_HASH] === "new" ? "new" : "old";
          return [
            pod(nameOf(one), hash, {
              node: one.spec?.nodeName ?? "",
              age: hash === "new" ? 1 : 1000,
            }),
          ];
        });
      }
      expect(isDone()).toBe(true);
    }),
    { numRuns: 50 },
  );
});
