import { afterEach, describe, expect, it } from "vitest";
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  ENDPOINTS,
  NAMESPACES,
  NODES,
  POD_DISRUPTION_BUDGETS,
  PODS,
  REPLICA_SETS,
  SERVICE_ACCOUNTS,
  SERVICES,
} from "../../kube-client/index.ts";
import { scaledTime } from "../../time/index.ts";
import { conditionOf } from "./objects/condition.ts";
import { nameOf, uidOf } from "./objects/meta.ts";
import { isPodReady, phaseOf } from "./objects/pod.ts";
import { deployment, ref, rolledOut, selecting } from "./testing/workloads-for-tests.ts";
import { startCluster, type TestCluster } from "./testing/cluster-for-tests.ts";

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
    await open({ time: time(), nodes: 1, which: ["pod-garbage-collector", "serviceaccount"] });
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
    await rolledOut(cluster, "web", { revision: 1, replicas: 3 });
    await cluster.client.delete(DEPLOYMENTS, ref("web"));
    await cluster.until(REPLICA_SETS, (all) => all.length === 0);
    await cluster.until(PODS, (all) => all.length === 0);
  });

  it("in the foreground takes the owner last", async () => {
    await open();
    await cluster.create(DEPLOYMENTS, deployment("web", 3));
    await rolledOut(cluster, "web", { revision: 1, replicas: 3 });
    await cluster.client.delete(DEPLOYMENTS, ref("web"), { propagationPolicy: "Foreground" });
    await cluster.until(DEPLOYMENTS, (all) => all.length === 0);
    expect((await cluster.client.list(REPLICA_SETS)).items).toEqual([]);
    expect((await cluster.client.list(PODS)).items).toEqual([]);
  });

  it("with Orphan leaves what was owned, without its owner", async () => {
    await open();
    await cluster.create(DEPLOYMENTS, deployment("web", 2));
    await rolledOut(cluster, "web", { revision: 1, replicas: 2 });
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
  await rolledOut(cluster, "web", { revision: 1, replicas: 3 });
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
