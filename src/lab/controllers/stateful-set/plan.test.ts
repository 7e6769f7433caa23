import type { StatefulSet, StatefulSetSpec } from "kubernetes-types/apps/v1";
import type { Pod } from "kubernetes-types/core/v1";
import { expect, test } from "vitest";
import { nameOf } from "../objects/meta.ts";
import { REVISION_HASH } from "../objects/revisions.ts";
import { podNamed, type TestPod } from "../testing/objects-for-tests.ts";
import { planStatefulSet } from "./plan.ts";

function db(spec: Partial<StatefulSetSpec> = {}): StatefulSet {
  return {
    metadata: { name: "db" },
    spec: { serviceName: "db", selector: {}, template: {}, replicas: 3, ...spec },
  };
}

function pod(ordinal: number, revision = "new", given: TestPod = {}): Pod {
  return podNamed(`db-${ordinal}`, { ready: 10, labels: { [REVISION_HASH]: revision }, ...given });
}

const parallel = { podManagementPolicy: "Parallel" };
const partitioned = { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } };

test.each([
  { name: "the first one first", set: db(), pods: [], want: ["+0 new"] },
  { name: "the next one after it", set: db(), pods: [pod(0)], want: ["+1 new"] },
  {
    name: "nothing while one is not ready",
    set: db(),
    pods: [podNamed("db-0")],
    want: [],
  },
  {
    name: "one that has ended is removed",
    set: db(),
    pods: [pod(0, "new", { phase: "Failed" })],
    want: ["-db-0"],
  },
  { name: "parallel: all at once", set: db(parallel), pods: [pod(1)], want: ["+0 new", "+2 new"] },
  {
    name: "too many: the last goes",
    set: db({ replicas: 1 }),
    pods: [pod(0), pod(1), pod(2)],
    want: ["-db-2"],
  },
  {
    name: "too many, and one is going: nothing more",
    set: db({ replicas: 1 }),
    pods: [pod(0), pod(1), pod(2, "new", { deleting: true })],
    want: [],
  },
  {
    name: "parallel, too many: all of them",
    set: db({ replicas: 1, ...parallel }),
    pods: [pod(0), pod(1), pod(2)],
    want: ["-db-2", "-db-1"],
  },
  {
    name: "an update begins with the last",
    set: db(),
    pods: [pod(0, "old"), pod(1, "old"), pod(2, "old")],
    want: ["-db-2"],
  },
  {
    name: "an update waits for the pod it has replaced",
    set: db(),
    pods: [pod(0, "old"), pod(1, "old"), podNamed("db-2")],
    want: [],
  },
  {
    name: "an update ends at the partition",
    set: db(partitioned),
    pods: [pod(0, "old"), pod(1, "old"), pod(2)],
    want: [],
  },
  {
    name: "below the partition a pod comes again as it was",
    set: db(partitioned),
    pods: [pod(0, "old")],
    want: ["+1 old"],
  },
  {
    name: "OnDelete: nothing is replaced",
    set: db({ updateStrategy: { type: "OnDelete" } }),
    pods: [pod(0, "old"), pod(1, "old"), pod(2, "old")],
    want: [],
  },
])("$name", ({ set, pods, want }) => {
  const facts = { pods, currentRevision: "old", updateRevision: "new" };
  const { create, remove } = planStatefulSet(set, facts);
  expect([
    ...create.map(({ ordinal, revision }) => `+${ordinal} ${revision}`),
    ...remove.map((one) => `-${nameOf(one)}`),
  ]).toEqual(want);
});
