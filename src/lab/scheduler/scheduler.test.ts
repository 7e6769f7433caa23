import type { Event, Node, Pod, PodSpec } from "kubernetes-types/core/v1";
import { afterEach, expect, it } from "vitest";
import { newRandom } from "../../base/index.ts";
import {
  EVENTS,
  NODES,
  openInformer,
  openKubeClient,
  PODS,
  readKubeconfig,
  SERVICE_ACCOUNTS,
} from "../../kube-client/index.ts";
import type { Informer, KubeClient } from "../../kube-client/index.ts";
import { scaledTime } from "../../time/index.ts";
import { openKubeApi } from "../kube/index.ts";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startScheduler } from "./index.ts";
import type { Scheduler } from "./index.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Cluster {
  client: KubeClient;
  pods: Informer<Pod>;
  scheduler: Scheduler;
  start(): Scheduler;
}

/** The lab's API server over HTTPS with a scheduler. Time passes twenty times as fast, for the back-offs. */
async function startCluster(): Promise<Cluster> {
  const time = scaledTime({ speed: 20, startMs: Date.parse("2027-01-01T00:00:00Z") });
  const bugs: unknown[] = [];
  const onBug = (error: unknown): void => void bugs.push(error);
  const api = await openKubeApi({ time, random: newRandom(1), addresses: [], onBug });
  const { port } = await api.listen({ kind: "loopback", port: 0 });
  const directory = await mkdtemp(join(tmpdir(), "berth-scheduler-"));
  const file = join(directory, "kubeconfig");
  await writeFile(file, api.adminKubeconfig(`https://127.0.0.1:${port}`));
  const access = await readKubeconfig(file);
  const client = openKubeClient(access, { userAgent: "test/1", time });
  const own = openKubeClient(access, { userAgent: "kube-scheduler/1", time });
  await client.create(SERVICE_ACCOUNTS, { metadata: { name: "default", namespace: "default" } });
  const pods = openInformer(client, PODS);
  await pods.synced;
  const start = (): Scheduler => startScheduler({ client: own, time, onBug });
  const scheduler = start();
  cleanUps.push(
    () => rm(directory, { recursive: true }),
    () => {
      expect(bugs).toEqual([]);
    },
    () => api.close(),
    () => client.close(),
    () => own.close(),
    () => pods.close(),
    () => scheduler.close(),
  );
  return { client, pods, scheduler, start };
}

const node = (name: string, pods = "10"): Node => ({
  metadata: { name, labels: { "kubernetes.io/hostname": name } },
  status: { allocatable: { cpu: "4", memory: "8Gi", pods }, capacity: { pods } },
});

const pod = (name: string, spec: Partial<PodSpec> = {}): Pod => ({
  metadata: { name, namespace: "default", labels: { app: "web" } },
  spec: { containers: [{ name: "main", image: "busybox" }], ...spec },
});

async function addNode(client: KubeClient, wanted: Node): Promise<void> {
  await client.create(NODES, wanted);
  const name = wanted.metadata?.name ?? "";
  const body = { status: wanted.status };
  await client.patch(NODES, { name }, { type: "merge", subresource: "status", body });
  // As the node life cycle controller does for a node that is ready.
  await client.patch(NODES, { name }, { type: "merge", body: { spec: { taints: null } } });
}

const placed = (pods: Informer<Pod>): Record<string, string | undefined> =>
  Object.fromEntries(
    pods.list().map(({ metadata, spec }) => [metadata?.name ?? "", spec?.nodeName]),
  );

async function eventsOf(client: KubeClient, name: string): Promise<Event[]> {
  const { items } = await client.list(EVENTS, {
    namespace: "default",
    fieldSelector: `involvedObject.name=${name}`,
  });
  return items;
}

const condition = (pods: Informer<Pod>, name: string): { reason?: string; message?: string } =>
  pods
    .get({ namespace: "default", name })
    ?.status?.conditions?.find(({ type }) => type === "PodScheduled") ?? {};

it("places pods over HTTPS and says where", async () => {
  const { client, pods } = await startCluster();
  await addNode(client, node("a"));
  await addNode(client, node("b"));
  await client.create(PODS, pod("web-1"));
  await client.create(PODS, pod("web-2"));
  await expect
    .poll(() => Object.values(placed(pods)).toSorted(), { timeout: 10_000 })
    .toEqual(["a", "b"]);
  const where = placed(pods)["web-1"] ?? "";
  await expect
    .poll(() => eventsOf(client, "web-1"))
    .toMatchObject([
      {
        type: "Normal",
        reason: "Scheduled",
        message: `Successfully assigned default/web-1 to ${where}`,
        source: { component: "default-scheduler" },
      },
    ]);
});

it("R-IP-2: a pod over the limit stays Pending, says Too many pods, and is placed when there is room", async () => {
  const { client, pods } = await startCluster();
  for (const name of ["a", "b", "c"]) await addNode(client, node(name, "1"));
  for (const name of ["web-1", "web-2", "web-3"]) await client.create(PODS, pod(name));
  await expect
    .poll(() => Object.values(placed(pods)).toSorted(), { timeout: 10_000 })
    .toEqual(["a", "b", "c"]);
  await client.create(PODS, pod("web-4"));
  const message =
    "0/3 nodes are available: 3 Too many pods. no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.";
  await expect
    .poll(() => condition(pods, "web-4"))
    .toMatchObject({ status: "False", reason: "Unschedulable", message });
  expect(placed(pods)["web-4"]).toBeUndefined();
  await expect
    .poll(() => eventsOf(client, "web-4"))
    .toMatchObject([{ type: "Warning", reason: "FailedScheduling", message }]);
  const freed = placed(pods)["web-2"];
  await client.delete(PODS, { namespace: "default", name: "web-2" }, { gracePeriodSeconds: 0 });
  await expect.poll(() => placed(pods)["web-4"], { timeout: 10_000 }).toBe(freed);
});

it("tries again when a node comes, is uncordoned or gets a label", async () => {
  const { client, pods } = await startCluster();
  await client.create(PODS, pod("web-1"));
  await expect
    .poll(() => condition(pods, "web-1").message)
    .toBe("no nodes available to schedule pods");
  await addNode(client, { ...node("a"), spec: { unschedulable: true } });
  await expect
    .poll(() => condition(pods, "web-1").message, { timeout: 10_000 })
    .toContain("1 node(s) were unschedulable");
  await client.patch(
    NODES,
    { name: "a" },
    { type: "merge", body: { spec: { unschedulable: null } } },
  );
  await expect.poll(() => placed(pods)["web-1"], { timeout: 10_000 }).toBe("a");
  await client.create(PODS, pod("web-2", { nodeSelector: { disk: "ssd" } }));
  await expect.poll(() => condition(pods, "web-2").reason).toBe("Unschedulable");
  const body = { metadata: { labels: { disk: "ssd" } } };
  await client.patch(NODES, { name: "a" }, { type: "merge", body });
  await expect.poll(() => placed(pods)["web-2"], { timeout: 10_000 }).toBe("a");
});

it("leaves pods alone that are gated, are another scheduler's or name a node", async () => {
  const { client, pods } = await startCluster();
  await addNode(client, node("a"));
  await client.create(PODS, pod("gated", { schedulingGates: [{ name: "wait" }] }));
  await client.create(PODS, pod("foreign", { schedulerName: "other" }));
  await client.create(PODS, pod("named", { nodeName: "elsewhere" }));
  await client.create(PODS, pod("ours"));
  await expect.poll(() => placed(pods)["ours"], { timeout: 10_000 }).toBe("a");
  expect(placed(pods)).toMatchObject({ gated: undefined, foreign: undefined, named: "elsewhere" });
  const body = [{ op: "remove", path: "/spec/schedulingGates/0" }];
  await client.patch(PODS, { namespace: "default", name: "gated" }, { type: "json", body });
  await expect.poll(() => placed(pods)["gated"], { timeout: 10_000 }).toBe("a");
});

it("goes on where another one ended, counting what is there", async () => {
  const cluster = await startCluster();
  const { client, pods, scheduler } = cluster;
  await addNode(client, node("a", "2"));
  await client.create(PODS, pod("web-1"));
  await expect.poll(() => placed(pods)["web-1"], { timeout: 10_000 }).toBe("a");
  await scheduler.close();
  await client.create(PODS, pod("web-2"));
  await client.create(PODS, pod("web-3"));
  const second = cluster.start();
  cleanUps.push(() => second.close());
  await expect
    .poll(() => Object.values(placed(pods)).filter((name) => name === "a"), { timeout: 10_000 })
    .toHaveLength(2);
  await expect.poll(() => condition(pods, "web-3").message).toContain("1 Too many pods");
});

it("places 5,000 pods on 300 nodes, none over its max pods", async () => {
  const { client, pods } = await startCluster();
  const many = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
  await Promise.all(many(300).map((at) => addNode(client, node(`n${at}`, "17"))));
  await Promise.all(many(5000).map((at) => client.create(PODS, pod(`p${at}`))));
  await expect
    .poll(() => pods.list().filter(({ spec }) => spec?.nodeName !== undefined).length, {
      timeout: 60_000,
      interval: 200,
    })
    .toBe(5000);
  const perNode = new Map<string, number>();
  for (const name of Object.values(placed(pods)))
    perNode.set(name ?? "", (perNode.get(name ?? "") ?? 0) + 1);
  expect(Math.max(...perNode.values())).toBeLessThanOrEqual(17);
}, 120_000);
