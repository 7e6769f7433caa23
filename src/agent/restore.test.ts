import { expect, test } from "vitest";
import { addIpv4, cidrOf } from "../net/index.ts";
import type { Ipv4 } from "../net/index.ts";
import { Pool, poolSettings } from "../pool/index.ts";
import type { PoolPolicy, SavedLease } from "../pool/index.ts";
import { freeAddresses, restore } from "./restore.ts";
import { INSTANCE } from "./tiny-instance.ts";
import { newNode } from "./tiny-node.ts";
import { TinyWorld } from "./tiny-world.ts";

const FIRST = addIpv4(INSTANCE.localIpv4, 10);

function newPool(policy: PoolPolicy): Pool {
  const pool = new Pool(poolSettings({ policy, maxEnis: 1, slotsPerEni: 9, maxPods: 29 }));
  const blocks = Array.from({ length: 3 }, (_, index) => cidrOf(addIpv4(FIRST, index), 32));
  const { primaryEni: id, subnet: subnetId, localIpv4: primaryAddress } = INSTANCE;
  pool.observe(
    [{ id, deviceIndex: 0, role: "primary", service: "pods", subnetId, primaryAddress, blocks }],
    0,
  );
  return pool;
}

function saved(name: string, address: Ipv4): SavedLease {
  return {
    key: `berth/${name}/eth0`,
    pod: { namespace: "default", name },
    address,
    assignedAtMs: 0,
  };
}

function checkpointWith(
  saved: readonly SavedLease[],
  commit = (): Promise<void> => Promise.resolve(),
) {
  return { saved, checkpoint: { commit } };
}

function wire(world: TinyWorld, { pod, address }: SavedLease): void {
  world.pods.set(address, {
    pod,
    netns: "/n",
    ifName: "eth0",
    address,
    deviceIndex: 0,
    mtu: 9001,
    vethPrefix: "eni",
  });
}

test.each([
  {
    policy: "berth",
    cooling: 1,
    says: "cools the address of a pod that ended while nobody looked",
  },
  { policy: "stock", cooling: 0, says: "has its address free at once" },
] as const)("policy $policy $says", async ({ policy, cooling }) => {
  const world = new TinyWorld();
  const pool = newPool(policy);
  const [alive, dead] = [saved("alive", FIRST), saved("dead", addIpv4(FIRST, 1))];
  wire(world, alive);
  await restore(newNode(world), {
    pool,
    ...checkpointWith([alive, dead]),
    free: () => freeAddresses(pool, 0),
  });
  expect(pool.leases().map(({ pod }) => pod.name)).toEqual(["alive"]);
  expect(pool.stats(1_000_000).cooling).toBe(cooling);
});

test("leases that contradict the node or each other are named and dropped", async () => {
  const world = new TinyWorld();
  const lines: string[] = [];
  const note = (facts: unknown, text?: string): void =>
    void lines.push(`${text ?? ""} ${JSON.stringify(facts)}`);
  const log = { debug: note, info: note, warn: note, error: note };
  const leases = [saved("a", FIRST), saved("b", FIRST), saved("elsewhere", addIpv4(FIRST, 100))];
  leases.forEach((lease) => wire(world, lease));
  const pool = newPool("berth");
  await restore(newNode(world, { log }), {
    pool,
    ...checkpointWith(leases),
    free: () => freeAddresses(pool, 0),
  });
  expect(pool.leases()).toHaveLength(1);
  const warnings = lines.filter((line) => line.includes("is not this node's any more"));
  expect(warnings.join()).toContain('"elsewhere"');
  expect(warnings).toHaveLength(2);
});

test("a checkpoint that can't be written afterwards is only logged", async () => {
  const commit = (): Promise<void> => Promise.reject(new Error("disk full"));
  await restore(newNode(new TinyWorld()), {
    pool: newPool("berth"),
    ...checkpointWith([], commit),
    free: () => [],
  });
});
