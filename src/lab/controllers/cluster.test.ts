import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from "kubernetes-types/apps/v1";
import type { CronJob, Job } from "kubernetes-types/batch/v1";
import type { Pod, PodTemplateSpec } from "kubernetes-types/core/v1";
import { afterEach, describe, expect, it } from "vitest";
import {
  CONFIG_MAPS,
  CRON_JOBS,
  DAEMON_SETS,
  DEPLOYMENTS,
  ENDPOINTS,
  JOBS,
  NAMESPACES,
  NODES,
  POD_DISRUPTION_BUDGETS,
  PODS,
  REPLICA_SETS,
  SERVICE_ACCOUNTS,
  SERVICES,
  STATEFUL_SETS,
} from "../../kube-client/index.ts";
import { scaledTime } from "../../time/index.ts";
import { conditionOf } from "./objects/condition.ts";
import { nameOf, uidOf } from "./objects/meta.ts";
import { controllerOf } from "./objects/owner.ts";
import { isPodReady, phaseOf } from "./objects/pod.ts";
import { IMAGE, startCluster, type TestCluster } from "./testing/cluster-for-tests.ts";

const NOW_MS = Date.parse("2026-11-24T12:00:00Z");

let cluster: TestCluster;

async function open(
  options: Parameters<typeof startCluster>[0] & { nodes?: number } = {},
): Promise<void> {
  cluster = await startCluster(options);
  await cluster.addNodes(options.nodes ?? 3);
}

afterEach(async () => {
  await cluster.close();
  expect(cluster.bugs).toEqual([]);
});

function ref(name: string): { name: string; namespace: string } {
  return { name, namespace: "default" };
}

function templateOf(app: string, image = "busybox", spec: object = {}): PodTemplateSpec {
  return {
    metadata: { labels: { app } },
    spec: { containers: [{ name: "main", image }], ...spec },
  };
}

function selecting(app: string): { selector: { matchLabels: { app: string } } } {
  return { selector: { matchLabels: { app } } };
}

function deployment(app: string, replicas: number, spec: object = {}): Deployment {
  return {
    metadata: ref(app),
    spec: { replicas, ...selecting(app), template: templateOf(app), ...spec },
  };
}

/** The body of a patch that changes the image of a template. */
function withImage(image: string): object {
  return { spec: { template: { spec: { containers: [{ name: "main", image }] } } } };
}

function revisionOf(object: Deployment | undefined): string | undefined {
  return object?.metadata?.annotations?.["deployment.kubernetes.io/revision"];
}

async function rolledOut(app: string, revision: string, replicas: number): Promise<void> {
  await cluster.until(DEPLOYMENTS, (all) => {
    const web = all.find((one) => nameOf(one) === app);
    const { updatedReplicas, availableReplicas, replicas: total } = web?.status ?? {};
    const counts = [updatedReplicas, availableReplicas, total];
    return revisionOf(web) === revision && counts.every((count) => count === replicas);
  });
}

describe("a Deployment", () => {
  it("is rolled out, back by its template, and scaled", async () => {
    await open();
    await cluster.create(DEPLOYMENTS, deployment("web", 4));
    await rolledOut("web", "1", 4);
    const { client } = cluster;
    const body = withImage("next");
    await client.patch(DEPLOYMENTS, ref("web"), { type: "strategic", body });
    await rolledOut("web", "2", 4);
    const back = withImage("busybox");
    await client.patch(DEPLOYMENTS, ref("web"), { type: "strategic", body: back });
    await rolledOut("web", "3", 4);
    expect((await client.list(REPLICA_SETS)).items).toHaveLength(2);
    const scale = { type: "merge", subresource: "scale", body: { spec: { replicas: 6 } } } as const;
    await client.patch(DEPLOYMENTS, ref("web"), scale);
    await rolledOut("web", "3", 6);
    const pods = await cluster.until(PODS, (all) => all.length === 6 && all.every(isPodReady));
    expect(pods.every(({ spec }) => spec?.containers[0]?.image === "busybox")).toBe(true);
  });

  it("with Recreate has no pod of the new template beside one of the old", async () => {
    await open();
    const strategy = { type: "Recreate" };
    await cluster.create(DEPLOYMENTS, deployment("web", 3, { strategy }));
    await rolledOut("web", "1", 3);
    const mixed: string[] = [];
    const stop = cluster.pods.onChange(() => {
      const images = new Set(cluster.pods.list().map(({ spec }) => spec?.containers[0]?.image));
      if (images.size > 1) mixed.push([...images].join());
    });
    const body = withImage("next");
    await cluster.client.patch(DEPLOYMENTS, ref("web"), { type: "strategic", body });
    await rolledOut("web", "2", 3);
    stop();
    expect(mixed).toEqual([]);
  });

  it("that cannot progress keeps what must be available, and says so after its deadline", async () => {
    await open({ time: scaledTime({ speed: 100, startMs: NOW_MS }), which: WORKLOADS });
    const web = deployment("web", 4, { progressDeadlineSeconds: 30 });
    await cluster.create(DEPLOYMENTS, web);
    await rolledOut("web", "1", 4);
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

const WORKLOADS = ["deployment", "replicaset", "job", "cronjob", "garbage-collector"] as const;

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

describe("nodes", () => {
  const time = (): ReturnType<typeof scaledTime> => scaledTime({ speed: 40, startMs: NOW_MS });

  it("that fall silent are unreachable, and their pods not ready, until they leave", async () => {
    await open({ time: time(), nodes: 2 });
    const spec = { nodeName: "node-0", containers: [{ name: "main", image: "busybox" }] };
    await cluster.create(PODS, { metadata: ref("there"), spec });
    await cluster.until(PODS, ([pod]) => pod !== undefined && isPodReady(pod));
    const beat = setInterval(() => {
      const lastHeartbeatTime = new Date(cluster.client.time.nowMs()).toISOString();
      const conditions = [{ type: "Ready", status: "True", lastHeartbeatTime }];
      const patch = {
        type: "strategic",
        subresource: "status",
        body: { status: { conditions } },
      } as const;
      void cluster.client.patch(NODES, { name: "node-1" }, patch).catch(() => undefined);
    }, 100);
    const nodes = await cluster.until(NODES, (all) =>
      all.some((node) => nameOf(node) === "node-0" && (node.spec?.taints ?? []).length === 2),
    );
    const silent = nodes.find((node) => nameOf(node) === "node-0");
    expect(conditionOf(silent?.status?.conditions, "Ready")).toMatchObject({
      status: "Unknown",
      reason: "NodeStatusUnknown",
      message: "Kubelet stopped posting node status.",
    });
    expect(silent?.spec?.taints).toMatchObject([
      { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" },
      { key: "node.kubernetes.io/unreachable", effect: "NoExecute" },
    ]);
    await expect
      .poll(() => cluster.events("node-0"))
      .toContain("NodeNotReady: Node node-0 status is now: NodeNotReady");
    await cluster.until(PODS, (pods) => pods.length === 0);
    clearInterval(beat);
  });

  it("that are deleted take their pods with them", async () => {
    await open({ time: time(), nodes: 1, which: ["pod-garbage-collector"] });
    const spec = { nodeName: "node-0", containers: [{ name: "main", image: "busybox" }] };
    await cluster.create(PODS, { metadata: ref("there"), spec });
    await cluster.until(PODS, ([pod]) => pod !== undefined && isPodReady(pod));
    await cluster.client.delete(NODES, { name: "node-0" });
    await cluster.until(PODS, (pods) => pods.length === 0);
  });
});

describe("deletion", () => {
  it("in the background takes what was owned along", async () => {
    await open();
    await cluster.create(DEPLOYMENTS, deployment("web", 3));
    await rolledOut("web", "1", 3);
    await cluster.client.delete(DEPLOYMENTS, ref("web"));
    await cluster.until(REPLICA_SETS, (all) => all.length === 0);
    await cluster.until(PODS, (all) => all.length === 0);
  });

  it("in the foreground takes the owner last", async () => {
    await open();
    await cluster.create(DEPLOYMENTS, deployment("web", 3));
    await rolledOut("web", "1", 3);
    await cluster.client.delete(DEPLOYMENTS, ref("web"), { propagationPolicy: "Foreground" });
    await cluster.until(DEPLOYMENTS, (all) => all.length === 0);
    expect((await cluster.client.list(REPLICA_SETS)).items).toEqual([]);
    expect((await cluster.client.list(PODS)).items).toEqual([]);
  });

  it("with Orphan leaves what was owned, without its owner", async () => {
    await open();
    await cluster.create(DEPLOYMENTS, deployment("web", 2));
    await rolledOut("web", "1", 2);
    await cluster.client.delete(DEPLOYMENTS, ref("web"), { propagationPolicy: "Orphan" });
    await cluster.until(DEPLOYMENTS, (all) => all.length === 0);
    const [left] = (await cluster.client.list(REPLICA_SETS)).items;
    expect(left?.metadata?.ownerReferences ?? []).toEqual([]);
    expect((await cluster.client.list(PODS)).items).toHaveLength(2);
  });

  it("finds objects whose owner never was", async () => {
    await open();
    const ownerReferences = [{ apiVersion: "v1", kind: "Pod", name: "never", uid: "never" }];
    const metadata = { ...ref("lost"), ownerReferences };
    await cluster.create(CONFIG_MAPS, { metadata, data: {} });
    await cluster.until(CONFIG_MAPS, (all) => all.every((one) => nameOf(one) !== "lost"));
  });

  it("of a namespace empties it first", async () => {
    await open();
    await cluster.client.create(NAMESPACES, { metadata: { name: "team" } });
    const namespace = "team";
    await cluster.until(SERVICE_ACCOUNTS, (all) =>
      all.some((one) => one.metadata?.namespace === namespace && nameOf(one) === "default"),
    );
    await cluster.until(CONFIG_MAPS, (all) =>
      all.some(
        (one) => one.metadata?.namespace === namespace && nameOf(one) === "kube-root-ca.crt",
      ),
    );
    const web = deployment("web", 3);
    await cluster.create(DEPLOYMENTS, { ...web, metadata: { name: "web", namespace } });
    await cluster.until(PODS, (all) => all.filter(isPodReady).length === 3);
    await cluster.client.delete(NAMESPACES, { name: namespace });
    await cluster.until(NAMESPACES, (all) => all.every((one) => nameOf(one) !== namespace));
    expect((await cluster.client.list(PODS)).items).toEqual([]);
    expect((await cluster.client.list(DEPLOYMENTS)).items).toEqual([]);
  });
});

it("a budget lets so many pods be evicted as are more than it wants", async () => {
  await open();
  await cluster.create(DEPLOYMENTS, deployment("web", 3));
  await rolledOut("web", "1", 3);
  const spec = { minAvailable: "60%", ...selecting("web") };
  await cluster.create(POD_DISRUPTION_BUDGETS, { metadata: ref("web"), spec });
  const [budget] = await cluster.until(
    POD_DISRUPTION_BUDGETS,
    ([one]) => one?.status?.disruptionsAllowed === 1,
  );
  expect(budget?.status).toMatchObject({ currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 });
  const [pod] = (await cluster.client.list(PODS)).items;
  const target = { ...ref(nameOf(pod ?? {})), subresource: "eviction" } as const;
  await cluster.client.post(PODS, target, {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { name: target.name },
  });
  await cluster.until(
    PODS,
    (all) =>
      all.length === 3 && all.every((one) => uidOf(one) !== uidOf(pod ?? {}) && isPodReady(one)),
  );
  await cluster.until(POD_DISRUPTION_BUDGETS, ([one]) => one?.status?.disruptionsAllowed === 1);
});

it("a service has the addresses of its pods", async () => {
  await open();
  const spec = { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] };
  await cluster.create(SERVICES, { metadata: ref("web"), spec });
  await cluster.create(DEPLOYMENTS, deployment("web", 2));
  const all = await cluster.until(ENDPOINTS, (list) =>
    list.some((one) => nameOf(one) === "web" && one.subsets?.[0]?.addresses?.length === 2),
  );
  const subset = all.find((one) => nameOf(one) === "web")?.subsets?.[0];
  expect(subset?.ports).toEqual([{ port: 8080, protocol: "TCP" }]);
  expect(subset?.notReadyAddresses).toBeUndefined();
  await cluster.client.delete(SERVICES, ref("web"));
  await cluster.until(ENDPOINTS, (list) => list.every((one) => nameOf(one) !== "web"));
  expect(phaseOf((await cluster.client.list(PODS)).items[0] ?? {})).toBe("Running");
});
