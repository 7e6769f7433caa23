import { describe, expect, test } from "vitest";
import type { Environment } from "../variable-reader.ts";
import { NO_FAULTS } from "./faulty-ec2.ts";
import { FaultyNode } from "./faulty-node.ts";

const POLICIES = ["berth", "stock"] as const;
const MODES: readonly { readonly mode: string; readonly env: Environment }[] = [
  { mode: "single addresses", env: {} },
  { mode: "IP targets", env: { WARM_IP_TARGET: "2", MINIMUM_IP_TARGET: "5" } },
  { mode: "prefixes", env: { ENABLE_PREFIX_DELEGATION: "true" } },
  {
    mode: "prefixes, IP targets",
    env: { ENABLE_PREFIX_DELEGATION: "true", WARM_IP_TARGET: "3" },
  },
  { mode: "custom networking", env: { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "true" } },
];

/** `BERTH_SEED=17 npx vitest run src/agent/fault-world` runs that seed alone. Seeds that failed once stay. */
const { BERTH_SEED } = process.env;
const SEEDS = BERTH_SEED === undefined ? [1, 2, 110] : [Number(BERTH_SEED)];

const PODS = 14;
const STEPS = 40;
const HOUR_MS = 3_600_000;

const CASES = POLICIES.flatMap((policy) =>
  MODES.flatMap(({ mode, env }) =>
    SEEDS.map((seed) => ({ policy, mode, seed, env: { ...env, BERTH_POLICY: policy } })),
  ),
);

describe("an agent in a world that fails", () => {
  test.each(CASES)(
    "keeps its laws: policy $policy, $mode, BERTH_SEED=$seed",
    async ({ seed, env }) => {
      const node = await disturb(seed, env);
      await recover(node);
      await empty(node);
    },
    60_000,
  );

  test("a seed is replayed exactly", async () => {
    const env = { WARM_IP_TARGET: "2" };
    const [first, second] = [await disturb(7, env), await disturb(7, env)];
    expect(first.world.calls.length).toBeGreaterThan(10);
    expect(second.world.calls).toEqual(first.world.calls);
    expect(second.held).toEqual(first.held);
    expect(second.time.nowMs()).toBe(first.time.nowMs());
  });
});

/** A node to which the seed does what it does. */
async function disturb(seed: number, env: Environment): Promise<FaultyNode> {
  const node = new FaultyNode(seed, env);
  const { random, world } = node;
  node.faults = {
    throttledPercent: random.below(15),
    failedPercent: random.below(10),
    lostPercent: random.below(10),
    latencyMaxMs: random.pick([10, 500, 5_000]),
  };
  world.metadataLag = random.below(4);
  await node.start();
  for (let step = 0; step < STEPS; step++) {
    await act(node);
    expect(node.faultsFound()).toEqual([]);
  }
  return node;
}

/** One thing that happens to a node. */
async function act(node: FaultyNode): Promise<void> {
  const { random, time } = node;
  const pod = `pod-${random.below(PODS)}`;
  switch (random.pick(["add", "add", "add", "remove", "pass", "pass", "restart"])) {
    case "add":
      if (!node.held.has(pod)) node.add(pod);
      break;
    case "remove":
      if (node.held.has(pod)) node.remove(pod);
      break;
    case "restart":
      if (random.chance(1, 3)) await node.restart();
      break;
    default:
      await time.pass(random.pick([50, 1_000, 10_000, 60_000]));
  }
  await time.pass(0);
}

/** EC2 works again: every pod gets an address, as there are enough. */
async function recover(node: FaultyNode): Promise<void> {
  node.faults = NO_FAULTS;
  const wanted = Array.from({ length: PODS }, (_, index) => `pod-${index}`);
  for (let round = 0; round < 40 && node.held.size < PODS; round++) {
    for (const pod of wanted) if (!node.held.has(pod)) node.add(pod);
    await node.time.pass(30_000);
  }
  expect(node.held.size).toBe(PODS);
  expect(node.faultsFound()).toEqual([]);
}

/** All pods go, and nothing of them stays. */
async function empty(node: FaultyNode): Promise<void> {
  for (let round = 0; round < 5 && node.held.size > 0; round++) {
    for (const pod of node.held.keys()) node.remove(pod);
    await node.time.pass(10_000);
  }
  await node.time.pass(2 * HOUR_MS);
  expect(node.leaks()).toEqual([]);
  expect(node.faultsFound()).toEqual([]);
}
