import { describe, expect, test } from "vitest";
import type { PoolPolicy, PoolSettings } from "./settings.ts";
import { tinyNode } from "./tiny-node.ts";

const T3_SMALL = { maxEnis: 3, slotsPerEni: 3, maxPods: 110 };
const T3_MEDIUM = { maxEnis: 3, slotsPerEni: 5, maxPods: 110 };
const M5_LARGE = { maxEnis: 3, slotsPerEni: 9, maxPods: 110 };
const M5_XLARGE = { maxEnis: 4, slotsPerEni: 14, maxPods: 110 };
const M5_4XLARGE = { maxEnis: 8, slotsPerEni: 29, maxPods: 234 };
const P3DN_24XLARGE = { maxEnis: 15, slotsPerEni: 49, maxPods: 737 };

interface Row {
  readonly name: string;
  readonly type: typeof M5_LARGE;
  readonly settings: Partial<PoolSettings>;
  readonly pods: number;
  /** Blocks on each ENI. */
  readonly blocks: readonly number[];
  readonly total: number;
  readonly free: number;
  /** What our policy does where it differs on purpose. */
  readonly berth?: {
    readonly blocks: readonly number[];
    readonly total: number;
    readonly free: number;
  };
}

type Short = readonly [number, readonly number[], number, number];

function rows(
  name: string,
  type: typeof M5_LARGE,
  settings: Partial<PoolSettings>,
  shorts: readonly Short[],
): Row[] {
  return shorts.map(([pods, blocks, total, free]) => {
    return { name: `${name}, ${String(pods)} pods`, type, settings, pods, blocks, total, free };
  });
}

const eni = (warmEniTarget: number): Partial<PoolSettings> => ({ warmEniTarget });
const ip = (warmIpTarget: number, minimumIpTarget = 0): Partial<PoolSettings> => ({
  warmIpTarget,
  minimumIpTarget,
});
const prefix = (more: Partial<PoolSettings>): Partial<PoolSettings> => ({
  unit: "prefix",
  ...more,
});

const ADDRESSES: readonly Row[] = [
  ...rows("R-WARM-3: t3.small, 1 warm ENI", T3_SMALL, eni(1), [
    [0, [3], 3, 3],
    [5, [3, 3, 3], 9, 4],
    [9, [3, 3, 3], 9, 0],
  ]),
  ...rows("R-WARM-1: t3.small, 1 warm address, at least 1", T3_SMALL, ip(1, 1), [
    [0, [1], 1, 1],
    [5, [3, 3], 6, 1],
    [9, [3, 3, 3], 9, 0],
  ]),
  ...rows("R-WARM-2: t3.small, 2 warm addresses, at least 5", T3_SMALL, ip(2, 5), [
    [0, [3, 2], 5, 5],
    [5, [3, 3, 1], 7, 2],
    [9, [3, 3, 3], 9, 0],
  ]),
  ...rows("R-WARM-3: p3dn.24xlarge, 1 warm ENI", P3DN_24XLARGE, eni(1), [
    [0, [49], 49, 49],
    [3, [49, 49], 98, 95],
    [95, [49, 49, 49], 147, 52],
  ]),
  ...rows("R-WARM-2: p3dn.24xlarge, 5 warm addresses, at least 10", P3DN_24XLARGE, ip(5, 10), [
    [0, [10], 10, 10],
    [7, [12], 12, 5],
    [15, [20], 20, 5],
    [45, [49, 1], 50, 5],
  ]),
  ...rows("R-WARM-3: m4.4xlarge, 1 warm ENI", M5_4XLARGE, eni(1), [
    [0, [29], 29, 29],
    [1, [29, 29], 58, 57],
    [29, [29, 29], 58, 29],
    [30, [29, 29, 29], 87, 57],
    [58, [29, 29, 29], 87, 29],
    [100, [29, 29, 29, 29, 29], 145, 45],
  ]),
  ...rows("R-WARM-3: m4.4xlarge, 2 warm ENIs", M5_4XLARGE, eni(2), [[9, [29, 29, 29], 87, 78]]),
  ...rows("R-WARM-3: m4.4xlarge, 0 warm ENIs", M5_4XLARGE, eni(0), [
    [28, [29], 29, 1],
    [29, [29, 29], 58, 29],
  ]),
  ...rows("R-WARM-1: m4.4xlarge, 1 warm address", M5_4XLARGE, ip(1), [[9, [10], 10, 1]]),
  ...rows("R-WARM-1: 10 warm addresses for 10 pods are 20", M5_4XLARGE, ip(10), [
    [10, [20], 20, 10],
  ]),
  ...rows("R-WARM-2: m4.4xlarge, 1 warm address, at least 12", M5_4XLARGE, ip(1, 12), [
    [9, [12], 12, 3],
    [12, [13], 13, 1],
  ]),
  ...rows("m5.large, MAX_ENI 2", { ...M5_LARGE, maxEnis: 2 }, eni(1), [[18, [9, 9], 18, 0]]),
  ...rows("R-WARM-3: m5.large, 1 warm ENI", M5_LARGE, eni(1), [[27, [9, 9, 9], 27, 0]]),
  ...rows("R-WARM-3: m5.large, 3 warm ENIs", M5_LARGE, eni(3), [[0, [9, 9, 9], 27, 27]]),
  ...rows("m5.large, custom networking", M5_LARGE, { customNetworking: "on" }, [
    [0, [0, 9], 9, 9],
    [5, [0, 9, 9], 18, 13],
  ]),
  ...rows("m5.large, an ENI reserved for the trunk", M5_LARGE, { trunkReserve: "reserved" }, [
    [9, [9, 9], 18, 9],
  ]),
  ...rows("m5.large, an ENI that is not managed", M5_LARGE, { unmanagedEnis: 1 }, [
    [9, [9, 9], 18, 9],
  ]),
  ...rows("R-WARM-2: m5.xlarge, 2 warm addresses, at least 30", M5_XLARGE, ip(2, 30), [
    [0, [14, 14, 2], 30, 30],
    [30, [14, 14, 4], 32, 2],
  ]),
  ...rows("R-WARM-1: m5.xlarge, 30 warm addresses", M5_XLARGE, ip(30), [
    [30, [14, 14, 14, 14], 56, 26],
  ]),
  {
    name: "R-WARM-2: m5.xlarge, at least 30 and nothing warm, 30 pods",
    type: M5_XLARGE,
    settings: ip(0, 30),
    pods: 30,
    blocks: [14, 14, 2],
    total: 30,
    free: 0,
    berth: { blocks: [14, 14, 3], total: 31, free: 1 },
  },
  ...rows("network card 1 keeps 1 warm", M5_4XLARGE, { networkCard: 1 }, [
    [0, [1], 1, 1],
    [3, [4], 4, 1],
  ]),
];

const PREFIXES: readonly Row[] = [
  ...rows("R-WARM-4: t3.small, 1 warm prefix", T3_SMALL, prefix({}), [
    [0, [1], 16, 16],
    [5, [2], 32, 27],
    [16, [2], 32, 16],
    [17, [3], 48, 31],
    [58, [3, 2], 80, 22],
  ]),
  ...rows("R-WARM-1: t3.small, 1 warm address, at least 1", T3_SMALL, prefix(ip(1, 1)), [
    [0, [1], 16, 16],
    [5, [1], 16, 11],
    [17, [2], 32, 15],
    [58, [3, 1], 64, 6],
  ]),
  ...rows("R-WARM-2: t3.small, 7 warm addresses, at least 20", T3_SMALL, prefix(ip(7, 20)), [
    [0, [2], 32, 32],
    [5, [2], 32, 27],
    [17, [2], 32, 15],
    [58, [3, 2], 80, 22],
  ]),
  ...rows("R-WARM-4: p3dn.24xlarge, 1 warm prefix", P3DN_24XLARGE, prefix({}), [
    [0, [1], 16, 16],
    [3, [2], 32, 29],
    [95, [7], 112, 17],
  ]),
  ...rows("R-WARM-2: p3dn.24xlarge, 5 warm, at least 10", P3DN_24XLARGE, prefix(ip(5, 10)), [
    [0, [1], 16, 16],
    [7, [1], 16, 9],
    [15, [2], 32, 17],
    [45, [4], 64, 19],
  ]),
  ...rows("R-WARM-1: m5.large, 16 warm addresses", M5_LARGE, prefix(ip(16)), [
    [0, [1], 16, 16],
    [1, [2], 32, 31],
  ]),
  ...rows("R-WARM-1: m5.large, 1 warm address", M5_LARGE, prefix(ip(1)), [
    [15, [1], 16, 1],
    [16, [2], 32, 16],
  ]),
  ...rows("R-WARM-4: m5.large, 2 warm prefixes", M5_LARGE, prefix({ warmPrefixTarget: 2 }), [
    [33, [5], 80, 47],
    [97, [8], 128, 31],
  ]),
  ...rows("m5.large, 1 warm prefix, max pods 110", M5_LARGE, prefix({}), [[109, [7], 112, 3]]),
  ...rows(
    "R-WARM-4: m5.large, 10 warm prefixes, max pods 250",
    { ...M5_LARGE, maxPods: 250 },
    prefix({ warmPrefixTarget: 10 }),
    [[0, [9, 1], 160, 160]],
  ),
  ...rows("m5.large, custom networking", M5_LARGE, prefix({ customNetworking: "on" }), [
    [30, [0, 3], 48, 18],
  ]),
  {
    name: "R-WARM-2: m5.large, at least 40 and nothing warm, 48 pods",
    type: M5_LARGE,
    settings: prefix(ip(0, 40)),
    pods: 48,
    blocks: [3],
    total: 48,
    free: 0,
    berth: { blocks: [4], total: 64, free: 16 },
  },
  ...rows("R-WARM-4: t3.medium, 1 warm prefix", T3_MEDIUM, prefix({}), [[80, [5, 1], 96, 16]]),
];

describe.each<PoolPolicy>(["stock", "berth"])(
  "what a node holds in the end, policy %s",
  (policy) => {
    test.each([...ADDRESSES])("addresses: $name", (row) => {
      expectHeld(policy, row);
    });
    test.each([...PREFIXES])("prefixes: $name", (row) => {
      expectHeld(policy, row);
    });
  },
);

function expectHeld(policy: PoolPolicy, row: Row): void {
  const node = tinyNode({ policy, ...row.type, ...row.settings });
  node.run(60_000);
  node.runPods(row.pods);
  const { blocks, total, free } = (policy === "berth" ? row.berth : undefined) ?? row;
  const stats = node.stats();
  expect(stats).toMatchObject({ assigned: row.pods, cooling: 0 });
  expect({ blocks: node.blocks(), total: stats.total, free: stats.available }).toEqual({
    blocks,
    total,
    free,
  });
}

describe.each<PoolPolicy>(["stock", "berth"])("limits, policy %s", (policy) => {
  test("R-IP-2: the 28th pod of an m5.large is refused because the node is full", () => {
    const node = tinyNode({ policy, ...M5_LARGE });
    expect(node.runPods(28)).toBe(27);
    const more = node.pool.assign(
      "one more",
      { namespace: "default", name: "one-more" },
      node.nowMs,
    );
    expect(more).toEqual({ ok: false, refusal: { reason: "nodeFull", addresses: 27, enis: 3 } });
  });

  test.each([
    { pods: 0, held: 10 },
    { pods: 1, held: 20 },
    { pods: 9, held: 20 },
    { pods: 10, held: 30 },
    { pods: 27, held: 30 },
  ])(
    "R-IP-3: an m5.large with $pods pods takes $held addresses from its subnet",
    ({ pods, held }) => {
      const node = tinyNode({ policy, ...M5_LARGE });
      node.run(60_000);
      node.runPods(pods);
      expect(node.ec2.held()).toBe(held);
    },
  );

  test.each([
    { name: "default, 5 pods", given: {}, pods: 5, held: 20 },
    { name: "2 warm, at least 12, 5 pods", given: ip(2, 12), pods: 5, held: 14 },
    { name: "2 warm, at least 12, 10 pods", given: ip(2, 12), pods: 10, held: 14 },
    { name: "2 warm, at least 12, 20 pods", given: ip(2, 12), pods: 20, held: 25 },
    { name: "prefixes, 1 warm, 10 pods", given: prefix({}), pods: 10, held: 33 },
    { name: "prefixes, 1 warm, 20 pods", given: prefix({}), pods: 20, held: 49 },
    {
      name: "prefixes, 2 warm, at least 12, 20 pods",
      given: prefix(ip(2, 12)),
      pods: 20,
      held: 33,
    },
  ])("addresses that an m5.large takes from its subnet: $name", ({ given, pods, held }) => {
    const node = tinyNode({ policy, ...M5_LARGE, ...given });
    node.run(60_000);
    node.runPods(pods);
    expect(node.ec2.held()).toBe(held);
  });

  test("no EC2 call is made while nothing changes", () => {
    const node = tinyNode({ policy, ...M5_LARGE });
    node.runPods(12);
    const before = node.ec2.log.filter((step) => step.kind !== "reconcile").length;
    node.run(3_600_000);
    expect(node.ec2.log.filter((step) => step.kind !== "reconcile").length).toBe(before);
  });
});
