import { afterEach, expect, it } from "vitest";
import { NODES, PODS } from "../../kube-client/index.ts";
import { startCluster } from "./cluster-for-tests.ts";
import type { TestCluster } from "./cluster-for-tests.ts";
import { readAutoscalerSettings } from "./index.ts";

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  expect(cluster?.bugs ?? []).toEqual([]);
  cluster = undefined;
});

const SOON = { timeout: 15_000 };

async function start(...args: Parameters<typeof startCluster>): Promise<TestCluster> {
  cluster = await startCluster(...args);
  return cluster;
}

const placed = ({ pods }: TestCluster): number =>
  pods.list().filter(({ spec }) => spec?.nodeName !== undefined).length;

const zones = ({ nodes }: TestCluster): (string | undefined)[] =>
  nodes.list().map(({ metadata }) => metadata?.labels?.["topology.kubernetes.io/zone"]);

it("adds as many nodes as the pods need, and says so on the pods", async () => {
  const world = await start();
  for (let at = 0; at < 10; at++) await world.createPod(`web-${at}`);
  await expect.poll(() => placed(world), SOON).toBe(10);
  expect(world.cloud.instances.size).toBe(3);
  await expect
    .poll(() => world.events("web-0"), SOON)
    .toContainEqual(
      expect.stringMatching(/^Nominated: Pod should schedule on: node\/ip-10-0-0-\d/),
    );
});

it("puts a node into the zone that its pod asks for", async () => {
  const world = await start();
  await world.createPod("web", { nodeSelector: { "topology.kubernetes.io/zone": "us-east-1b" } });
  await expect.poll(() => placed(world), SOON).toBe(1);
  expect(zones(world)).toEqual(["us-east-1b"]);
});

it("R-IP-3: says on the pod that a subnet has no room, and goes on with another", async () => {
  const world = await start({}, { "subnet-a": 100, "subnet-b": 50 });
  const message = "There are not enough free addresses in subnet 'subnet-a'";
  world.cloud.refusals.push({ code: "InsufficientFreeAddressesInSubnet", message });
  await world.createPod("web");
  await expect.poll(() => placed(world), SOON).toBe(1);
  expect(zones(world)).toEqual(["us-east-1b"]);
  await expect
    .poll(() => world.events("web"), SOON)
    .toContain(
      `FailedScheduling: Failed to schedule pod, EC2 refused to launch m5.large in subnet-a: InsufficientFreeAddressesInSubnet: ${message}`,
    );
});

it("R-IP-3: leaves pods Pending while every subnet is dry, and adds a node when one is not", async () => {
  const world = await start({}, { "subnet-a": 2 });
  await world.createPod("web");
  await expect
    .poll(() => world.events("web"), SOON)
    .toContain(
      'FailedScheduling: Failed to schedule pod, no subnet of nodepool "default" can take a node now',
    );
  expect(placed(world)).toBe(0);
  world.cloud.free.set("subnet-b", 50);
  await expect.poll(() => placed(world), SOON).toBe(1);
});

it("waits and tries again when EC2 throttles it", async () => {
  const world = await start();
  world.cloud.refusals.push({ code: "RequestLimitExceeded", message: "Request limit exceeded." });
  await world.createPod("web");
  await expect.poll(() => placed(world), SOON).toBe(1);
  expect(zones(world)).toEqual(["us-east-1a"]);
});

it("does not launch another node for a pod whose node is on its way", async () => {
  const world = await start({ registrationTtlMs: 60_000 });
  world.cloud.registers = false;
  await world.createPod("web");
  await expect.poll(() => world.cloud.instances.size, SOON).toBe(1);
  // It never registers: given up after a minute, and replaced by one that does.
  world.cloud.registers = true;
  await expect.poll(() => placed(world), SOON).toBe(1);
  expect(world.log.filter((line) => line.startsWith("launched"))).toHaveLength(2);
  expect(world.log).toContainEqual(expect.stringContaining("terminating i-00000001"));
});

it("keeps to its limit of nodes", async () => {
  const world = await start({ nodesMax: 1 });
  for (let at = 0; at < 5; at++) await world.createPod(`web-${at}`);
  await expect.poll(() => placed(world), SOON).toBe(4);
  const last = world.pods.list().find(({ spec }) => spec?.nodeName === undefined);
  await expect
    .poll(() => world.events(last?.metadata?.name ?? ""), SOON)
    .toContain(
      'FailedScheduling: Failed to schedule pod, the limit of nodepool "default" is reached',
    );
  expect(world.cloud.instances.size).toBe(1);
});

it("removes a node of its own that has been empty for a while, and nobody else's", async () => {
  const world = await start({ emptyTtlMs: 30_000 });
  await world.client.create(NODES, { metadata: { name: "foreign" } });
  await world.createPod("web");
  await expect.poll(() => placed(world), SOON).toBe(1);
  const ref = { namespace: "default", name: "web" };
  await world.client.delete(PODS, ref, { gracePeriodSeconds: 0 });
  await expect.poll(() => world.cloud.instances.size, SOON).toBe(0);
  await expect
    .poll(() => world.nodes.list().map(({ metadata }) => metadata?.name), SOON)
    .toEqual(["foreign"]);
});

it.each([
  { nodesMax: -1 },
  { nodesMax: 1.5 },
  { batchIdleMs: -1 },
  { batchIdleMs: 20, batchMaxMs: 10 },
])("refuses the settings %j", (settings) => {
  expect(() => readAutoscalerSettings(settings)).toThrow(RangeError);
});
