import type { DaemonSet, ReplicaSet, StatefulSet } from "kubernetes-types/apps/v1";
import type { CronJob, Job } from "kubernetes-types/batch/v1";
import type { Pod } from "kubernetes-types/core/v1";
import { afterEach, describe, expect, it } from "vitest";
import {
  CRON_JOBS,
  DAEMON_SETS,
  DEPLOYMENTS,
  JOBS,
  NODES,
  PODS,
  REPLICA_SETS,
  SERVICE_ACCOUNTS,
  STATEFUL_SETS,
} from "../../kube-client/index.ts";
import { scaledTime } from "../../time/index.ts";
import { conditionOf } from "./objects/condition.ts";
import { nameOf } from "./objects/meta.ts";
import { controllerOf } from "./objects/owner.ts";
import { isPodReady } from "./objects/pod.ts";
import {
  deployment,
  ref,
  rolledOut,
  templateOf,
  withImage,
  selecting,
} from "./testing/workloads-for-tests.ts";
import { IMAGE, startCluster, type TestCluster } from "./testing/cluster-for-tests.ts";

const NOW_MS = Date.parse("2026-11-24T12:00:00Z");

let cluster: TestCluster;

async function open(
  options: Parameters<typeof startCluster>[0] & { nodes?: number } = {},
): Promise<void> {
  cluster = await startCluster(options);
  await cluster.addNodes(options.nodes ?? 3);
  await cluster.until(SERVICE_ACCOUNTS, (all) =>
    all.some((one) => one.metadata?.namespace === "default"),
  );
}

afterEach(async () => {
  await cluster.close();
  expect(cluster.bugs).toEqual([]);
});

describe("a Deployment", () => {
  it("is rolled out, back by its template, and scaled", async () => {
    await open();
    await cluster.create(DEPLOYMENTS, deployment("web", 4));
    await rolledOut(cluster, "web", { revision: 1, replicas: 4 });
    const { client } = cluster;
    const body = withImage("next");
    await client.patch(DEPLOYMENTS, ref("web"), { type: "strategic", body });
    await rolledOut(cluster, "web", { revision: 2, replicas: 4 });
    const back = withImage("busybox");
    await client.patch(DEPLOYMENTS, ref("web"), { type: "strategic", body: back });
    await rolledOut(cluster, "web", { revision: 3, replicas: 4 });
    expect((await client.list(REPLICA_SETS)).items).toHaveLength(2);
    const scale = { type: "merge", subresource: "scale", body: { spec: { replicas: 6 } } } as const;
    await client.patch(DEPLOYMENTS, ref("web"), scale);
    await rolledOut(cluster, "web", { revision: 3, replicas: 6 });
    const pods = await cluster.until(PODS, (all) => all.length === 6 && all.every(isPodReady));
    expect(pods.every(({ spec }) => spec?.containers[0]?.image === "busybox")).toBe(true);
  });

  it("with Recreate has no pod of the new template beside one of the old", async () => {
    await open();
    const strategy = { type: "Recreate" };
    await cluster.create(DEPLOYMENTS, deployment("web", 3, { strategy }));
    await rolledOut(cluster, "web", { revision: 1, replicas: 3 });
    const mixed: string[] = [];
    const stop = cluster.pods.onChange(() => {
      const images = new Set(cluster.pods.list().map(({ spec }) => spec?.containers[0]?.image));
      if (images.size > 1) mixed.push([...images].join());
    });
    const body = withImage("next");
    await cluster.client.patch(DEPLOYMENTS, ref("web"), { type: "strategic", body });
    await rolledOut(cluster, "web", { revision: 2, replicas: 3 });
    stop();
    expect(mixed).toEqual([]);
  });

  it("that cannot progress keeps what must be available, and says so after its deadline", async () => {
    await open({ time: scaledTime({ speed: 100, startMs: NOW_MS }), which: WORKLOADS });
    const web = deployment("web", 4, { progressDeadlineSeconds: 30 });
    await cluster.create(DEPLOYMENTS, web);
    await rolledOut(cluster, "web", { revision: 1, replicas: 4 });
    const body = withImage(IMAGE.broken);
    await cluster.client.patch(DEPLOYMENTS, ref("web"), { type: "strategic", body });
    const [late] = await cluster.until(DEPLOYMENTS, ([one]) => {
      const progressing = conditionOf(one?.status?.conditions, "Progressing");
      return progressing?.reason === "ProgressDeadlineExceeded";
    });
    expect(late?.status?.availableReplicas).toBe(3);
    expect(conditionOf(late?.status?.conditions, "Available")?.status).toBe("True");
  });
});

const WORKLOADS = [
  "deployment",
  "replicaset",
  "job",
  "cronjob",
  "garbage-collector",
  "serviceaccount",
] as const;

describe("a ReplicaSet", () => {
  it("adopts pods that fit, lets go of those that do not any more, and replaces them", async () => {
    await open();
    const loose: Pod = {
      metadata: { ...ref("loose"), labels: { app: "web" } },
      ...templateOf("web"),
    };
    await cluster.create(PODS, { ...loose, metadata: { ...ref("loose"), labels: { app: "web" } } });
    const replicaSet: ReplicaSet = {
      metadata: ref("web"),
      spec: { replicas: 2, ...selecting("web"), template: templateOf("web") },
    };
    const { metadata } = await cluster.create(REPLICA_SETS, replicaSet);
    const isOwned = (pod: Pod): boolean => controllerOf(pod)?.uid === metadata?.uid;
    const pods = await cluster.until(PODS, (all) => all.filter(isOwned).length === 2);
    expect(pods.map(nameOf)).toContain("loose");
    const body = { metadata: { labels: { app: "debugged" } } };
    await cluster.client.patch(PODS, ref("loose"), { type: "merge", body });
    await cluster.until(
      PODS,
      (all) =>
        all.filter(isOwned).length === 2 &&
        all.some((pod) => nameOf(pod) === "loose" && !isOwned(pod)),
    );
  });

  it("makes no pod twice, and says what it did", async () => {
    await open();
    const spec = { replicas: 40, ...selecting("web"), template: templateOf("web") };
    await cluster.create(REPLICA_SETS, { metadata: ref("web"), spec });
    await cluster.until(REPLICA_SETS, ([one]) => one?.status?.availableReplicas === 40);
    expect(await cluster.client.list(PODS)).toMatchObject({ items: { length: 40 } });
    const events = await cluster.events("web");
    expect(events.some((text) => /^SuccessfulCreate: Created pod: web-\w{5}$/.test(text))).toBe(
      true,
    );
  });
});

describe("a DaemonSet", () => {
  it("has a pod on every node that fits, new ones too, and rolls them", async () => {
    await open();
    const daemonSet: DaemonSet = {
      metadata: ref("agent"),
      spec: { ...selecting("agent"), template: templateOf("agent") },
    };
    await cluster.create(DAEMON_SETS, daemonSet);
    await cluster.until(DAEMON_SETS, ([one]) => one?.status?.numberAvailable === 3);
    const taints = [{ key: "dedicated", effect: "NoSchedule" }];
    await cluster.client.create(NODES, { metadata: { name: "late" } });
    await cluster.client.create(NODES, { metadata: { name: "tainted" }, spec: { taints } });
    await cluster.until(DAEMON_SETS, ([one]) => one?.status?.numberAvailable === 4);
    await cluster.client.patch(DAEMON_SETS, ref("agent"), {
      type: "strategic",
      body: withImage("next"),
    });
    const [done] = await cluster.until(DAEMON_SETS, ([one]) => {
      const { observedGeneration, updatedNumberScheduled, numberAvailable } = one?.status ?? {};
      return observedGeneration === 2 && updatedNumberScheduled === 4 && numberAvailable === 4;
    });
    expect(done?.status).toMatchObject({ desiredNumberScheduled: 4, numberMisscheduled: 0 });
  });
});

describe("a StatefulSet", () => {
  it("makes its pods in order, rolls them from the last, and shrinks from the last", async () => {
    await open();
    const statefulSet: StatefulSet = {
      metadata: ref("db"),
      spec: { replicas: 3, serviceName: "db", ...selecting("db"), template: templateOf("db") },
    };
    await cluster.create(STATEFUL_SETS, statefulSet);
    const order: string[] = [];
    cluster.pods.onChange(({ type, object }) => {
      if (type !== "updated") order.push(`${type} ${nameOf(object)}`);
    });
    await cluster.until(STATEFUL_SETS, ([one]) => one?.status?.availableReplicas === 3);
    const body = withImage("next");
    await cluster.client.patch(STATEFUL_SETS, ref("db"), { type: "strategic", body });
    await cluster.until(STATEFUL_SETS, ([one]) => {
      const { updateRevision, currentRevision, readyReplicas, observedGeneration } =
        one?.status ?? {};
      return observedGeneration === 2 && updateRevision === currentRevision && readyReplicas === 3;
    });
    const scale = { type: "merge", body: { spec: { replicas: 1 } } } as const;
    await cluster.client.patch(STATEFUL_SETS, ref("db"), scale);
    await cluster.until(PODS, (pods) => pods.length === 1);
    await expect.poll(() => order.at(-1)).toBe("deleted db-1");
    expect(order).toEqual([
      ...["added db-0", "added db-1", "added db-2"],
      ...["deleted db-2", "added db-2", "deleted db-1", "added db-1", "deleted db-0", "added db-0"],
      ...["deleted db-2", "deleted db-1"],
    ]);
  });
});

describe("jobs", () => {
  it("run to completion, fail after their back-off limit, and are made on time", async () => {
    await open({ time: scaledTime({ speed: 60, startMs: NOW_MS }), which: WORKLOADS });
    const job = (name: string, image: string): Job => ({
      metadata: ref(name),
      spec: {
        completions: 3,
        parallelism: 2,
        backoffLimit: 1,
        template: templateOf(name, image, { restartPolicy: "Never" }),
      },
    });
    await cluster.create(JOBS, job("good", IMAGE.ends));
    await cluster.create(JOBS, job("bad", IMAGE.fails));
    const has = (name: string, type: string, jobs: readonly Job[]): boolean =>
      jobs.some(
        (one) =>
          nameOf(one) === name && conditionOf(one.status?.conditions, type)?.status === "True",
      );
    const jobs = await cluster.until(
      JOBS,
      (all) => has("good", "Complete", all) && has("bad", "Failed", all),
    );
    expect(jobs.find((one) => nameOf(one) === "good")?.status?.succeeded).toBe(3);
    const cronJob: CronJob = {
      metadata: ref("tick"),
      spec: {
        schedule: "* * * * *",
        jobTemplate: {
          spec: { ...job("tick", IMAGE.ends).spec, completions: 1, parallelism: 1 } as NonNullable<
            Job["spec"]
          >,
        },
      },
    };
    await cluster.create(CRON_JOBS, cronJob);
    await cluster.until(
      JOBS,
      (all) =>
        all.filter((one) => nameOf(one).startsWith("tick-") && one.status?.succeeded === 1)
          .length >= 2,
    );
    await cluster.until(CRON_JOBS, ([one]) => one?.status?.lastSuccessfulTime !== undefined);
  });
});
