import { describe, expect, test } from "vitest";
import type { AttachedEni } from "./attached-eni.ts";
import { Pool } from "./pool.ts";
import { attachedEni, cidr, eniId } from "./scenario.ts";
import { type PoolPolicy, type PoolSettings, poolSettings } from "./settings.ts";
import { canFree } from "./spare-eni.ts";
import { PoolState } from "./state.ts";
import { takeIn } from "./reconcile.ts";
import { tinyNode, type TinyNode } from "./tiny-node.ts";

const M5_LARGE = { maxEnis: 3, slotsPerEni: 9, maxPods: 110 };
const M5_XLARGE = { maxEnis: 4, slotsPerEni: 14, maxPods: 110 };
const T3_SMALL = { maxEnis: 3, slotsPerEni: 3, maxPods: 110 };
const MINUTE_MS = 60_000;

describe("which ENI may be freed (stock)", () => {
  const base = [attachedEni(1, 2), attachedEni(2, 2), attachedEni(3, 1)];
  const special = [attachedEni(4, 1, { role: "trunk" }), attachedEni(5, 1, { role: "efa" })];

  test.each([
    { name: "3 warm", warm: 3, min: 1, enis: base, free: [] },
    { name: "at least 5", warm: 1, min: 5, enis: base, free: [] },
    { name: "2 warm, at least 4", warm: 2, min: 4, enis: base, free: [3] },
    { name: "at least 3, ENI 3 gone", warm: 0, min: 3, enis: base.slice(0, 2), free: [] },
    { name: "at least 2, ENI 3 gone", warm: 0, min: 2, enis: base.slice(0, 2), free: [2] },
    {
      name: "a trunk and an EFA interface never",
      warm: 0,
      min: 2,
      enis: [...base.slice(0, 1), ...special],
      free: [],
    },
    {
      name: "an ENI without addresses",
      warm: 0,
      min: 2,
      enis: [...base.slice(0, 1), ...special, attachedEni(6, 0)],
      free: [6],
    },
    {
      name: "an excluded one without pods",
      warm: 0,
      min: 0,
      enis: [...base.slice(0, 1), attachedEni(2, 2, { service: "excluded" })],
      free: [2],
    },
  ])("$name", ({ warm, min, enis, free }) => {
    const state = stateWith(enis, { warmIpTarget: warm, minimumIpTarget: min });
    const placement = { units: ["address"], order: "first" } as const;
    for (const key of ["a", "b"]) state.store.assign({ key, pod: POD, assignedAtMs: 0 }, placement);
    state.advance(MINUTE_MS);
    const may = state.store.enis.filter((eni) => canFree(state, eni)).map((eni) => eni.id);
    expect(may).toEqual(free.map(eniId));
  });

  test("not before it has been there for a minute", () => {
    const state = stateWith([attachedEni(1, 2), attachedEni(2, 0)], {});
    state.advance(MINUTE_MS - 1);
    expect(state.store.enis.some((eni) => canFree(state, eni))).toBe(false);
    state.advance(MINUTE_MS);
    expect(state.store.enis.some((eni) => canFree(state, eni))).toBe(true);
  });

  test("an excluded ENI with a pod only when the pod is gone and its address has cooled", () => {
    const excluded = attachedEni(2, 1, { service: "excluded" });
    const state = stateWith([attachedEni(1, 0), excluded], {});
    const [, eni] = state.store.enis;
    const address = excluded.blocks[0]?.base;
    if (eni === undefined || address === undefined) throw new Error("no ENI");
    state.store.restore({ key: "a", pod: POD, assignedAtMs: 0 }, address);
    state.advance(MINUTE_MS);
    expect(canFree(state, eni)).toBe(false);
    state.store.release("a", MINUTE_MS);
    state.advance(MINUTE_MS + 30_000);
    expect(canFree(state, eni)).toBe(false);
    state.advance(MINUTE_MS + 30_001);
    expect(canFree(state, eni)).toBe(true);
  });

  test("warm prefixes protect an ENI, in the stock plugin even where IP targets are in force", () => {
    const enis = [attachedEni(1, 0), attachedEni(2, 0, { blocks: [cidr("10.0.2.16/28")] })];
    const may = (given: Partial<PoolSettings>): boolean => {
      const state = stateWith(enis, { unit: "prefix", ...given });
      state.advance(MINUTE_MS);
      return state.store.enis.some((eni) => canFree(state, eni));
    };
    expect(may({ warmPrefixTarget: 1 })).toBe(false);
    expect(may({ warmPrefixTarget: 1, policy: "berth" })).toBe(false);
    expect(may({ warmPrefixTarget: 0 })).toBe(true);
    expect(may({ warmPrefixTarget: 1, minimumIpTarget: 1 })).toBe(false);
    expect(may({ warmPrefixTarget: 0, minimumIpTarget: 1 })).toBe(false);
  });
});

const POD = { namespace: "default", name: "web" };

function stateWith(enis: readonly AttachedEni[], given: Partial<PoolSettings>): PoolState {
  const state = new PoolState(poolSettings({ policy: "stock", ...M5_LARGE, ...given }));
  for (const eni of enis) takeIn(state, eni);
  return state;
}

describe.each<PoolPolicy>(["stock", "berth"])("giving back, policy %s", (policy) => {
  test("one address too many on two ENIs: one is returned, by one call, and no more later", () => {
    const settings = poolSettings({ policy, ...T3_SMALL, slotsPerEni: 2, warmIpTarget: 1 });
    const pool = new Pool(settings);
    const enis = [attachedEni(1, 2), attachedEni(2, 2)];
    pool.observe(enis, 0);
    const one = enis[0]?.blocks[0]?.base;
    const two = enis[1]?.blocks[0]?.base;
    if (one === undefined || two === undefined) throw new Error("no addresses");
    pool.restore([
      { key: "a", pod: POD, assignedAtMs: 0, address: one },
      { key: "b", pod: POD, assignedAtMs: 0, address: two },
    ]);
    const steps = returned(pool, 10 * MINUTE_MS);
    expect(steps).toHaveLength(1);
    expect(pool.stats(10 * MINUTE_MS)).toMatchObject({ total: 3, assigned: 2, available: 1 });
  });

  test("R-WARM-3: m5.large, 1 warm ENI: the third ENI stays until 18 addresses are free", () => {
    const node = tinyNode({ policy, ...M5_LARGE });
    node.runPods(20);
    expect(shrunk(node, 10)).toEqual([9, 9, 9]);
    expect(shrunk(node, 9)).toEqual([9, 9]);
    expect(shrunk(node, 0)).toEqual([9]);
  });

  test("R-WARM-3: m5.large, 1 warm ENI, 27 to 0 pods: back to one ENI", () => {
    const node = tinyNode({ policy, ...M5_LARGE });
    node.runPods(27);
    expect(shrunk(node, 0)).toEqual([9]);
  });

  test("R-WARM-2: m5.xlarge, 2 warm, at least 10: 30 to 10 pods leave 12 addresses", () => {
    const node = tinyNode({ policy, ...M5_XLARGE, warmIpTarget: 2, minimumIpTarget: 10 });
    node.runPods(30);
    expect(node.blocks()).toEqual([14, 14, 4]);
    shrunk(node, 10);
    expect(node.stats()).toMatchObject({ total: 12, assigned: 10, available: 2 });
    const calls = node.ec2.log.filter((step) => step.kind === "unassignBlocks");
    expect(new Set(calls.map((step) => step.eniId)).size).toBe(calls.length);
  });

  test("R-WARM-4: t3.small, 1 warm prefix: 58 to 10 pods leave one free prefix", () => {
    const node = tinyNode({ policy, ...T3_SMALL, unit: "prefix" });
    node.runPods(58);
    expect(node.blocks()).toEqual([3, 2]);
    shrunk(node, 10);
    expect(node.stats()).toMatchObject({ prefixes: 2, freePrefixes: 1, assigned: 10 });
  });

  test("R-WARM-2: m5.large with prefixes, 5 warm, at least 10: 40 to 10 pods leave 1 prefix", () => {
    const settings = { unit: "prefix", warmIpTarget: 5, minimumIpTarget: 10 } as const;
    const node = tinyNode({ policy, ...M5_LARGE, ...settings });
    node.runPods(40);
    expect(node.blocks()).toEqual([3]);
    shrunk(node, 10);
    expect(node.stats()).toMatchObject({ prefixes: 1, available: 6 });
  });

  test("R-WARM-5: surplus goes back when the targets are lowered", () => {
    const node = tinyNode({ policy, ...M5_LARGE });
    node.runPods(5);
    expect(node.ec2.held()).toBe(20);
    const targets = { warmIpTarget: 2, minimumIpTarget: 10 };
    node.pool.configure({ ...node.pool.settings, ...targets }, node.nowMs);
    node.run(10 * MINUTE_MS);
    expect(node.stats()).toMatchObject({ total: 10, assigned: 5 });
  });
});

test("stock: m5.xlarge, 5 warm, 40 to 0 pods: warm addresses are stranded and keep their ENIs", () => {
  const node = tinyNode({ policy: "stock", ...M5_XLARGE, warmIpTarget: 5 });
  node.runPods(40);
  expect(node.blocks()).toEqual([14, 14, 14, 3]);
  expect(shrunk(node, 0)).toEqual([0, 2, 3]);
});

test("berth: m5.xlarge, 5 warm, 40 to 0 pods: the warm addresses end on the primary ENI", () => {
  const node = tinyNode({ policy: "berth", ...M5_XLARGE, warmIpTarget: 5 });
  node.runPods(40);
  expect(shrunk(node, 0)).toEqual([5]);
});

test("stock: m5.large, 0 warm ENIs, 20 to 0 pods: both secondaries are freed", () => {
  const node = tinyNode({ policy: "stock", ...M5_LARGE, warmEniTarget: 0 });
  node.runPods(20);
  expect(shrunk(node, 0)).toEqual([9]);
});

test("stock: with 0 warm ENIs and a full primary the empty ENI comes and goes for ever; berth keeps it", () => {
  const frees = (policy: PoolPolicy): number => {
    const node = tinyNode({ policy, ...M5_LARGE, warmEniTarget: 0 });
    node.runPods(9);
    node.run(20 * MINUTE_MS);
    return node.ec2.log.filter((step) => step.kind === "freeEni").length;
  };
  expect(frees("stock")).toBeGreaterThan(5);
  expect(frees("berth")).toBe(0);
});

test("berth: an address that is cooling is not given back; stock gives it back", () => {
  const coolingLeft = (policy: PoolPolicy): number => {
    const node = tinyNode({ policy, ...M5_LARGE, warmIpTarget: 1, cooldownMs: 120_000 });
    node.runPods(6);
    node.pods(0);
    node.run(MINUTE_MS);
    return node.stats().cooling;
  };
  expect(coolingLeft("berth")).toBe(6);
  expect(coolingLeft("stock")).toBeLessThan(6);
});

test("nothing is freed while growth is paused", () => {
  for (const policy of ["stock", "berth"] as const) {
    const node = tinyNode({ policy, ...M5_LARGE });
    node.runPods(20);
    node.pool.configure({ ...node.pool.settings, growth: "paused" }, node.nowMs);
    expect(shrunk(node, 0)).toEqual([9, 9, 9]);
  }
});

test("berth: an empty excluded ENI goes although nothing else is spare", () => {
  const pool = new Pool(poolSettings(M5_LARGE));
  pool.observe([attachedEni(1, 9), attachedEni(2, 0, { service: "excluded" })], 0);
  expect(pool.next(MINUTE_MS - 1)).toMatchObject({ kind: "wait", untilMs: MINUTE_MS });
  expect(pool.next(MINUTE_MS)).toEqual({ kind: "freeEni", eniId: eniId(2) });
});

function shrunk(node: TinyNode, pods: number): number[] {
  node.pods(pods);
  node.run(20 * MINUTE_MS);
  return node.blocks();
}

/** Runs the pool alone: every unassignment works, everything else is refused. */
function returned(pool: Pool, untilMs: number): unknown[] {
  const steps: unknown[] = [];
  for (let nowMs = 0; nowMs <= untilMs;) {
    const step = pool.next(nowMs);
    if (step.kind === "wait") {
      nowMs = Math.max(nowMs + 1, step.untilMs);
    } else if (step.kind === "unassignBlocks") {
      steps.push(step);
      pool.outcome(step, { kind: "unassigned" }, nowMs);
    } else {
      pool.outcome(
        step,
        { kind: "failed", reason: "other", code: "No", subnetId: undefined },
        nowMs,
      );
    }
  }
  return steps;
}

test("berth: an empty excluded ENI makes room although no address is free and a minimum is not met", () => {
  const pool = new Pool(poolSettings({ ...M5_LARGE, maxEnis: 2, minimumIpTarget: 12 }));
  pool.observe([attachedEni(1, 9), attachedEni(2, 0, { service: "excluded" })], 0);
  for (let n = 0; n < 9; n++) pool.assign(String(n), POD, 0);
  expect(pool.next(MINUTE_MS - 1)).toMatchObject({ kind: "wait" });
  const step = pool.next(MINUTE_MS);
  expect(step).toEqual({ kind: "freeEni", eniId: eniId(2) });
  if (step.kind === "wait") return;
  pool.outcome(step, { kind: "freed" }, MINUTE_MS);
  expect(pool.next(MINUTE_MS)).toMatchObject({ kind: "createEni" });
});

test("berth: a prefix that pods still use on an excluded ENI is not a reason to give another one back", () => {
  const prefix = (n: number): AttachedEni => {
    return attachedEni(n, 0, { blocks: [cidr(`10.0.${String(n)}.16/28`)] });
  };
  const settings = poolSettings({ ...M5_LARGE, unit: "prefix", warmIpTarget: 5 });
  const before = new Pool(settings);
  before.observe([attachedEni(1, 0), prefix(2)], 0);
  before.assign("a", POD, 0);
  const pool = new Pool(settings);
  pool.observe([prefix(1), { ...prefix(2), service: "excluded" }], 0);
  expect(pool.restore(before.leases()).restored).toHaveLength(1);
  expect(pool.stats(0)).toMatchObject({ prefixes: 1, freePrefixes: 1, available: 16 });
  expect(pool.next(0).kind).toBe("wait");
});

test("stock: prefixes of an excluded ENI are counted, its addresses are not", () => {
  const pool = new Pool(poolSettings({ ...M5_LARGE, policy: "stock", unit: "prefix" }));
  const blocks = [cidr("10.0.2.16/28")];
  pool.observe([attachedEni(1, 0), attachedEni(2, 0, { blocks, service: "excluded" })], 0);
  expect(pool.stats(0)).toMatchObject({ prefixes: 1, freePrefixes: 1, total: 0, available: 0 });
});
