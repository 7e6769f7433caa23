import type { ReplicaSet } from "kubernetes-types/apps/v1";
import { describe, expect, it, test } from "vitest";
import { nameOf } from "../objects/meta.ts";
import { ago, NOW_MS, podNamed } from "../testing/objects-for-tests.ts";
import { deletionOrder } from "./deletion-order.ts";
import { planReplicaSet } from "./plan.ts";
import { replicaSetStatus } from "./status.ts";

const COST = "controller.kubernetes.io/pod-deletion-cost";
const facts = { nowMs: NOW_MS, neighbours: () => 0 };

function web(replicas: number, minReadySeconds = 0): ReplicaSet {
  return {
    metadata: { name: "web", generation: 3 },
    spec: {
      replicas,
      minReadySeconds,
      selector: {},
      template: { metadata: { labels: { app: "web" } } },
    },
  };
}

describe("planReplicaSet", () => {
  it("creates what is missing; ended pods and those that are being deleted do not count", () => {
    const pods = [
      podNamed("a"),
      podNamed("b", { phase: "Failed" }),
      podNamed("c", { deleting: true }),
    ];
    expect(planReplicaSet(web(3), pods, facts)).toEqual({ kind: "create", count: 2 });
  });

  it("creates no more than 500 in one go", () => {
    expect(planReplicaSet(web(5000), [], facts)).toEqual({ kind: "create", count: 500 });
  });

  it("does nothing when there are as many as wanted", () => {
    expect(planReplicaSet(web(1), [podNamed("a")], facts)).toEqual({ kind: "nothing" });
  });

  it("deletes the surplus in the order of cost", () => {
    const pods = [podNamed("ready", { node: "n", ready: 10 }), podNamed("unbound")];
    const plan = planReplicaSet(web(1), pods, facts);
    expect(plan.kind === "delete" && plan.pods.map(nameOf)).toEqual(["unbound"]);
  });
});

describe("deletionOrder", () => {
  test.each([
    { name: "unassigned before assigned", first: {}, then: { node: "n" } },
    {
      name: "pending before running",
      first: { node: "n", phase: "Pending" },
      then: { node: "n" },
    },
    { name: "not ready before ready", first: { node: "n" }, then: { node: "n", ready: 1 } },
    {
      name: "cheap before dear",
      first: { node: "n", ready: 900, annotations: { [COST]: "-1" } },
      then: { node: "n", ready: 1 },
    },
    {
      name: "with neighbours before alone",
      first: { node: "crowded", ready: 900 },
      then: { node: "n", ready: 1 },
    },
    {
      name: "ready for a short time before ready for long",
      first: { node: "n", ready: 1 },
      then: { node: "n", ready: 900 },
    },
    {
      name: "often restarted before steady",
      first: { node: "n", ready: 10, restarts: 3 },
      then: { node: "n", ready: 10, restarts: 0 },
    },
    {
      name: "young before old",
      first: { node: "n", age: 5 },
      then: { node: "n", age: 500 },
    },
  ] as const)("$name", ({ first, then }) => {
    const pods = [podNamed("then", then), podNamed("first", first)];
    const neighbours = (pod: { spec?: { nodeName?: string } }): number =>
      pod.spec?.nodeName === "crowded" ? 5 : 1;
    const order = deletionOrder({ nowMs: NOW_MS, neighbours });
    expect(pods.toSorted(order).map(nameOf)).toEqual(["first", "then"]);
    expect(pods.toReversed().toSorted(order).map(nameOf)).toEqual(["first", "then"]);
  });

  it("takes times of one order of magnitude for equal", () => {
    const pods = [
      podNamed("b", { node: "n", ready: 600 }),
      podNamed("a", { node: "n", ready: 610 }),
    ];
    const order = deletionOrder({ nowMs: NOW_MS, neighbours: () => 0 });
    expect(pods.toSorted(order).map(nameOf)).toEqual(["a", "b"]);
  });
});

describe("replicaSetStatus", () => {
  it("counts pods, and says when the next one becomes available", () => {
    const pods = [
      podNamed("a", { ready: 60, labels: { app: "web" } }),
      podNamed("b", { ready: 10, labels: { app: "web" } }),
      podNamed("c"),
      podNamed("d", { phase: "Succeeded" }),
    ];
    const outlook = replicaSetStatus(web(3, 30), pods, { nowMs: NOW_MS, failure: undefined });
    expect(outlook).toEqual({
      status: {
        replicas: 3,
        fullyLabeledReplicas: 2,
        readyReplicas: 2,
        availableReplicas: 1,
        observedGeneration: 3,
      },
      changesAtMs: NOW_MS + 20_000,
    });
  });

  it("shows a failure, and forgets it", () => {
    const failure = { reason: "FailedCreate", message: "quota" } as const;
    const { status } = replicaSetStatus(web(1), [], { nowMs: NOW_MS, failure });
    const lastTransitionTime = ago(0).replace(".000", "");
    expect(status.conditions).toEqual([
      { type: "ReplicaFailure", status: "True", ...failure, lastTransitionTime },
    ]);
    const later = replicaSetStatus({ ...web(1), status }, [], {
      nowMs: NOW_MS,
      failure: undefined,
    });
    expect(later.status.conditions).toBeUndefined();
  });
});
