import fc from "fast-check";
import type { Deployment, DeploymentStatus, ReplicaSet } from "kubernetes-types/apps/v1";
import type { PodTemplateSpec } from "kubernetes-types/core/v1";
import { describe, expect, it, test } from "vitest";
import { conditionOf } from "../objects/condition.ts";
import { nameOf } from "../objects/meta.ts";
import { allowanceOf, replicasOf } from "./fleet.ts";
import { type DeploymentPlan, planDeployment } from "./plan.ts";

const NOW_MS = Date.parse("2026-11-24T12:00:00Z");

/** Brief names of what a plan does. */
function summary({ create, changes, surplus, revision }: DeploymentPlan): readonly string[] {
  return [
    ...(create === undefined ? [] : [`create ${replicasOf(create)}`]),
    ...changes.map(
      ({ replicaSet, replicas }) => `${nameOf(replicaSet)} ${replicasOf(replicaSet)}->${replicas}`,
    ),
    ...surplus.map((replicaSet) => `delete ${nameOf(replicaSet)}`),
    ...(revision === undefined ? [] : [`revision ${revision}`]),
  ];
}

function plan(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
  { hasPods = false, nowMs = NOW_MS }: { hasPods?: boolean; nowMs?: number } = {},
): DeploymentPlan {
  return planDeployment(deployment, { replicaSets, hasPods: () => hasPods, nowMs });
}

describe("planDeployment", () => {
  test.each([
    {
      name: "a new Deployment: its first ReplicaSet",
      deployment: web({ replicas: 3 }),
      sets: [],
      want: ["create 3", "revision 1"],
    },
    {
      name: "a new template with room for a surge: the new ReplicaSet begins with it",
      deployment: web({ replicas: 4, image: "v2", revision: 1 }),
      sets: [set("v1", { replicas: 4, of: 4, revision: 1 })],
      want: ["create 1", "revision 2"],
    },
    {
      name: "a new ReplicaSet that cannot grow: an old one shrinks by maxUnavailable",
      deployment: web({ replicas: 4, image: "v2", revision: 2 }),
      sets: [
        set("v1", { replicas: 4, of: 4, revision: 1 }),
        set("v2", { replicas: 1, available: 0, of: 4, revision: 2 }),
      ],
      want: ["v1 4->3"],
    },
    {
      name: "nothing available of the new one: no further than minimum availability",
      deployment: web({ replicas: 4, image: "v2", revision: 2 }),
      sets: [
        set("v1", { replicas: 3, of: 4, revision: 1 }),
        set("v2", { replicas: 2, available: 0, of: 4, revision: 2 }),
      ],
      want: [],
    },
    {
      name: "old pods that are not available: they go first and at once",
      deployment: web({ replicas: 4, image: "v3", revision: 3 }),
      sets: [
        set("v1", { replicas: 3, available: 3, of: 4, revision: 1 }),
        set("v2", { replicas: 2, available: 0, of: 4, revision: 2, age: 50 }),
        set("v3", { replicas: 0, available: 0, of: 4, revision: 3, age: 10 }),
      ],
      want: ["v2 2->0"],
    },
    {
      name: "a rollback: the old ReplicaSet gets a new revision",
      deployment: web({ replicas: 2, image: "v1", revision: 2 }),
      sets: [
        set("v1", { replicas: 0, of: 2, revision: 1 }),
        set("v2", { replicas: 2, of: 2, revision: 2 }),
      ],
      want: ["v1 0->1", "revision 3"],
    },
    {
      name: "scaled: the only one in use takes it all",
      deployment: web({ replicas: 6, revision: 1 }),
      sets: [set("v1", { replicas: 3, of: 3, revision: 1 })],
      want: ["v1 3->6"],
    },
    {
      name: "scaled in the middle of a rollout: in proportion",
      deployment: web({ replicas: 20, image: "v2", revision: 2 }),
      sets: [
        set("v1", { replicas: 8, of: 10, revision: 1 }),
        set("v2", { replicas: 5, of: 10, revision: 2 }),
      ],
      want: ["v1 8->15", "v2 5->10"],
    },
    {
      name: "scaled to nothing: all go",
      deployment: web({ replicas: 0, image: "v2", revision: 2 }),
      sets: [
        set("v1", { replicas: 2, of: 4, revision: 1 }),
        set("v2", { replicas: 3, of: 4, revision: 2 }),
      ],
      want: ["v1 2->0", "v2 3->0"],
    },
    {
      name: "paused: no new ReplicaSet, but scaling",
      deployment: web({ replicas: 5, image: "v2", revision: 1, paused: true }),
      sets: [set("v1", { replicas: 3, of: 3, revision: 1 })],
      want: ["v1 3->5"],
    },
    {
      name: "Recreate: the old one goes first",
      deployment: web({ replicas: 3, image: "v2", revision: 1, strategy: "Recreate" }),
      sets: [set("v1", { replicas: 3, of: 3, revision: 1 })],
      hasPods: true,
      want: ["v1 3->0"],
    },
    {
      name: "Recreate: nothing while a pod of the old one is left",
      deployment: web({ replicas: 3, image: "v2", revision: 1, strategy: "Recreate" }),
      sets: [set("v1", { replicas: 0, of: 3, revision: 1 })],
      hasPods: true,
      want: [],
    },
    {
      name: "Recreate: then the new one, in full size",
      deployment: web({ replicas: 3, image: "v2", revision: 1, strategy: "Recreate" }),
      sets: [set("v1", { replicas: 0, of: 3, revision: 1 })],
      want: ["create 3", "revision 2"],
    },
    {
      name: "complete: ReplicaSets beyond the history limit go",
      deployment: web({ replicas: 1, image: "v3", revision: 3, history: 1, isComplete: true }),
      sets: [
        set("v1", { replicas: 0, of: 1, revision: 1 }),
        set("v2", { replicas: 0, of: 1, revision: 2, age: 50 }),
        set("v3", { replicas: 1, of: 1, revision: 3, age: 10 }),
      ],
      want: ["delete v1"],
    },
  ])("$name", ({ deployment, sets, want, hasPods = false }) => {
    expect(summary(plan(deployment, sets, { hasPods }))).toEqual(want);
  });

  it("says that it progresses, and is done, of the ReplicaSet by name", () => {
    const sets = [set("v1", { replicas: 2, available: 1, of: 2, revision: 1 })];
    const { status } = plan(web({ replicas: 2, revision: 1 }), sets);
    expect(progress(status)).toBe('True ReplicaSetUpdated ReplicaSet "v1" is progressing.');
    const done = plan({ ...web({ replicas: 2, revision: 1 }), status }, [
      set("v1", { replicas: 2, of: 2, revision: 1 }),
    ]);
    expect(progress(done.status)).toBe(
      'True NewReplicaSetAvailable ReplicaSet "v1" has successfully progressed.',
    );
    expect(done.dueMs).toBeUndefined();
  });

  it("gives up after the progress deadline, and says when that will be", () => {
    const sets = [set("v1", { replicas: 2, available: 1, of: 2, revision: 1 })];
    const deployment = web({ replicas: 2, revision: 1 });
    const begun = plan(deployment, sets);
    expect(begun.dueMs).toBe(NOW_MS + 600_000);
    const nowMs = NOW_MS + 600_001;
    const late = plan({ ...deployment, status: begun.status }, sets, { nowMs });
    expect(progress(late.status)).toBe(
      'False ProgressDeadlineExceeded ReplicaSet "v1" has timed out progressing.',
    );
  });

  it("is paused and resumed in its conditions", () => {
    const sets = [set("v1", { replicas: 1, of: 1, revision: 1 })];
    const paused = plan(web({ replicas: 1, revision: 1, paused: true }), sets);
    expect(progress(paused.status)).toBe("Unknown DeploymentPaused Deployment is paused");
    const resumed = plan({ ...web({ replicas: 1, revision: 1 }), status: paused.status }, sets);
    expect(progress(resumed.status)).toContain("successfully progressed");
  });

  it("shows the failure of its ReplicaSet", () => {
    const failing = set("v1", { replicas: 1, available: 0, of: 1, revision: 1 });
    const condition = {
      type: "ReplicaFailure",
      status: "True",
      reason: "FailedCreate",
      message: "no",
    };
    const sets = [{ ...failing, status: { replicas: 0, conditions: [condition] } }];
    const { status } = plan(web({ replicas: 1, revision: 1 }), sets);
    expect(conditionOf(status.conditions, "ReplicaFailure")).toMatchObject(condition);
  });

  it("keeps its pods while it is being deleted", () => {
    const going = web({ replicas: 1, image: "v2", revision: 1 });
    const deletionTimestamp = "2026-11-24T11:00:00Z";
    const deployment = { ...going, metadata: { ...going.metadata, deletionTimestamp } };
    expect(summary(plan(deployment, []))).toEqual([]);
  });
});

const rollout = fc.record({
  replicas: fc.integer({ min: 1, max: 30 }),
  surge: fc.integer({ min: 0, max: 100 }),
  unavailable: fc.integer({ min: 0, max: 100 }),
  /** In which order pods become ready and old ones end. */
  luck: fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
});

test("a rolling update never goes below what must be available or above the surge, and comes to an end", () => {
  fc.assert(
    fc.property(rollout, ({ replicas, surge, unavailable, luck }) => {
      const deployment = web({ replicas, image: "v2", revision: 1 });
      const rollingUpdate = { maxSurge: `${surge}%`, maxUnavailable: `${unavailable}%` };
      const spec = { ...deployment.spec, strategy: { type: "RollingUpdate", rollingUpdate } };
      let current: Deployment = { ...deployment, spec: spec as Deployment["spec"] & object };
      let sets = [set("v1", { replicas, of: replicas, revision: 1 })];
      const allowance = allowanceOf(current);
      for (let step = 0; step < 500; step += 1) {
        const next = plan(current, sets);
        sets = applied(sets, next);
        current = { ...current, status: next.status };
        const total = sets.reduce((sum, one) => sum + replicasOf(one), 0);
        expect(total).toBeLessThanOrEqual(replicas + allowance.surge);
        sets = sets.map((one) => moved(one, Number(luck.next().value)));
        const available = sets.reduce((sum, one) => sum + (one.status?.availableReplicas ?? 0), 0);
        expect(available).toBeGreaterThanOrEqual(replicas - allowance.unavailable);
        if (conditionOf(next.status.conditions, "Progressing")?.reason === DONE) break;
      }
      expect(conditionOf(current.status?.conditions, "Progressing")?.reason).toBe(DONE);
      expect(sets.map((one) => `${nameOf(one)} ${replicasOf(one)}`).sort()).toEqual(
        ["v1 0", `${nameOf(sets.find((one) => nameOf(one) !== "v1") ?? {})} ${replicas}`].sort(),
      );
    }),
  );
});

const DONE = "NewReplicaSetAvailable";

/** The ReplicaSets after the plan was carried out, before any pod has moved. */
function applied(sets: readonly ReplicaSet[], { create, changes }: DeploymentPlan): ReplicaSet[] {
  const resized = sets.map((one) => {
    const change = changes.find(({ replicaSet }) => replicaSet === one);
    if (change === undefined || one.spec === undefined) return one;
    const { replicas, annotations } = change;
    return {
      ...one,
      metadata: { ...one.metadata, annotations: { ...annotations } },
      spec: { ...one.spec, replicas },
    };
  });
  return create === undefined
    ? resized
    : [...resized, { ...create, status: { replicas: 0, observedGeneration: 1 } }];
}

/** Surplus pods end at once, available ones last; of missing ones some become available. */
function moved(one: ReplicaSet, luck: number): ReplicaSet {
  const size = replicasOf(one);
  const before = one.status?.availableReplicas ?? 0;
  const availableReplicas = Math.min(size, before + luck);
  return { ...one, status: { ...one.status, replicas: size, availableReplicas } };
}

function progress(status: DeploymentStatus): string {
  const found = conditionOf(status.conditions, "Progressing");
  return `${found?.status ?? ""} ${found?.reason ?? ""} ${found?.message ?? ""}`;
}

interface Wanted {
  readonly replicas: number;
  readonly image?: string;
  readonly revision?: number;
  readonly strategy?: "Recreate";
  readonly paused?: boolean;
  readonly history?: number;
  readonly isComplete?: boolean;
}

function web(wanted: Wanted): Deployment {
  const { replicas, image = "v1", revision, strategy, paused = false, history = 10 } = wanted;
  const counts = { replicas, updatedReplicas: replicas, availableReplicas: replicas };
  return {
    metadata: {
      name: "web",
      namespace: "default",
      uid: "web-uid",
      generation: 1,
      annotations:
        revision === undefined ? {} : { "deployment.kubernetes.io/revision": String(revision) },
    },
    spec: {
      replicas,
      paused,
      revisionHistoryLimit: history,
      progressDeadlineSeconds: 600,
      selector: { matchLabels: { app: "web" } },
      ...(strategy === undefined ? {} : { strategy: { type: strategy } }),
      template: templateOf(image),
    },
    status: wanted.isComplete === true ? { ...counts, observedGeneration: 1 } : {},
  };
}

function templateOf(image: string): PodTemplateSpec {
  return {
    metadata: { labels: { app: "web" } },
    spec: { containers: [{ name: "main", image }] },
  };
}

/** A ReplicaSet named after its image; `of` is the Deployment's size that it was sized for. */
function set(
  image: string,
  given: { replicas: number; available?: number; of: number; revision: number; age?: number },
): ReplicaSet {
  const { replicas, available = replicas, of, revision, age = 100 } = given;
  return {
    metadata: {
      name: image,
      namespace: "default",
      uid: `${image}-uid`,
      generation: 1,
      creationTimestamp: new Date(NOW_MS - age * 1000).toISOString(),
      annotations: {
        "deployment.kubernetes.io/revision": String(revision),
        "deployment.kubernetes.io/desired-replicas": String(of),
        "deployment.kubernetes.io/max-replicas": String(of + Math.ceil(of / 4)),
      },
    },
    spec: { replicas, selector: {}, template: templateOf(image) },
    status: {
      replicas,
      readyReplicas: available,
      availableReplicas: available,
      observedGeneration: 1,
    },
  };
}
