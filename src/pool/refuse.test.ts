import { describe, expect, test } from "vitest";
import { Pool } from "./pool.ts";
import type { Refusal } from "./refusal.ts";
import { attachedEni, subnetId } from "./scenario.ts";
import { type PoolPolicy, type PoolSettings, poolSettings } from "./settings.ts";
import type { Outcome, WorkStep } from "./step.ts";
import { failure } from "./tiny-failure.ts";
import { tinyNode, type TinyNode } from "./tiny-node.ts";

const M5_LARGE = { maxEnis: 3, slotsPerEni: 9, maxPods: 110 };
const POD = { namespace: "default", name: "web" };

function refusalOf(pool: Pool, nowMs: number): Refusal {
  const assigned = pool.assign("refused", POD, nowMs);
  if (assigned.ok) throw new Error("it has an address");
  return assigned.refusal;
}

describe.each<PoolPolicy>(["stock", "berth"])("why there is no address, policy %s", (policy) => {
  function nodeOf(given: Partial<PoolSettings>): TinyNode {
    return tinyNode({ policy, ...M5_LARGE, ...given });
  }

  test("the ENIs are not known yet", () => {
    const pool = new Pool(poolSettings({ policy, ...M5_LARGE }));
    expect(refusalOf(pool, 0)).toEqual({ reason: "notReady" });
    expect(pool.next(0)).toEqual({ kind: "wait", untilMs: Infinity });
  });

  test("the node is full", () => {
    const node = nodeOf({});
    node.runPods(27);
    expect(refusalOf(node.pool, node.nowMs)).toEqual({
      reason: "nodeFull",
      addresses: 27,
      enis: 3,
    });
  });

  test("the node is full of cooling addresses", () => {
    const node = nodeOf({});
    node.runPods(27);
    node.end(0);
    const freeAtMs = node.nowMs + 30_001;
    expect(refusalOf(node.pool, node.nowMs)).toEqual({ reason: "cooling", addresses: 1, freeAtMs });
  });

  test("the pool covers max pods", () => {
    const node = nodeOf({ maxPods: 9, warmIpTarget: 9 });
    node.runPods(9);
    expect(refusalOf(node.pool, node.nowMs)).toEqual({ reason: "maxPods", maxPods: 9 });
    node.end(0);
    expect(refusalOf(node.pool, node.nowMs)).toMatchObject({ reason: "cooling" });
  });

  test("growth is paused", () => {
    const node = nodeOf({ growth: "paused" });
    node.run(60_000);
    expect(refusalOf(node.pool, node.nowMs)).toEqual({ reason: "paused" });
  });

  test("growth is paused and addresses are cooling", () => {
    const node = nodeOf({ warmIpTarget: 1 });
    node.runPods(1);
    node.pool.configure({ ...node.pool.settings, growth: "paused" }, node.nowMs);
    node.pods(2);
    node.end(0);
    expect(refusalOf(node.pool, node.nowMs)).toMatchObject({ reason: "cooling", addresses: 1 });
  });

  test("growing: a step is about to be taken, and then under way", () => {
    const pool = new Pool(poolSettings({ policy, ...M5_LARGE }));
    pool.observe([attachedEni(1, 0)], 0);
    expect(refusalOf(pool, 0)).toEqual({ reason: "growing", step: undefined });
    const step = pool.next(0);
    expect(step.kind).toBe("assignBlocks");
    expect(pool.underWay).toBe(step);
    expect(pool.next(1)).toBe(step);
    expect(refusalOf(pool, 0)).toEqual({ reason: "growing", step: "assignBlocks" });
  });

  test("growing: the last ENI that the node may have is being attached", () => {
    const node = nodeOf({ maxEnis: 2 });
    node.run(60_000);
    let seen: Refusal | undefined;
    node.interfere = (step: WorkStep): Outcome | undefined => {
      if (step.kind === "createEni") seen = refusalOf(node.pool, node.nowMs);
      return undefined;
    };
    node.pods(9);
    node.run(10_000);
    expect(seen).toEqual({ reason: "growing", step: "createEni" });
  });

  test.each(["subnetFull", "noFreeBlock", "throttled", "unauthorized"] as const)(
    "EC2 refused: %s",
    (reason) => {
      const node = nodeOf({ maxEnis: 1 });
      node.interfere = (step): Outcome | undefined =>
        step.kind === "assignBlocks" ? failure(reason, subnetId(0)) : undefined;
      node.run(1_000);
      const refusal = refusalOf(node.pool, node.nowMs);
      expect(refusal).toMatchObject({
        reason: "ec2Refused",
        failure: reason,
        subnetId: subnetId(0),
      });
      if (refusal.reason === "ec2Refused")
        expect(refusal.retryAtMs).toBeGreaterThanOrEqual(node.nowMs);
    },
  );
});

test("berth: an attempt that is under way, or due, is waited for, whatever the last one came to", () => {
  const node = tinyNode({ ...M5_LARGE, maxEnis: 1 });
  const seen: Refusal[] = [];
  let refusals = 1;
  node.interfere = (step): Outcome | undefined => {
    if (step.kind !== "assignBlocks") return undefined;
    seen.push(refusalOf(node.pool, node.nowMs));
    return refusals-- > 0 ? failure("throttled") : undefined;
  };
  node.perform(node.pool.next(node.nowMs) as WorkStep);
  const heldOff = refusalOf(node.pool, node.nowMs);
  expect(heldOff).toMatchObject({ reason: "ec2Refused", retryAtMs: node.nowMs + 1_000 });
  node.nowMs += 1_000;
  expect(refusalOf(node.pool, node.nowMs)).toEqual({ reason: "growing", step: undefined });
  node.perform(node.pool.next(node.nowMs) as WorkStep);
  expect(seen).toEqual([
    { reason: "growing", step: "assignBlocks" },
    { reason: "growing", step: "assignBlocks" },
  ]);
});

test("stock: the 120 s pause shows in the time of the next attempt", () => {
  const node = tinyNode({ policy: "stock", ...M5_LARGE, subnetDiscovery: "off" });
  const startMs = node.nowMs;
  node.interfere = (step): Outcome | undefined =>
    step.kind === "assignBlocks" ? failure("subnetFull") : undefined;
  node.run(1_000);
  expect(refusalOf(node.pool, node.nowMs)).toMatchObject({ retryAtMs: startMs + 120_001 });
});

test("stock: cooling addresses count as available, so the pool does not grow; berth grows", () => {
  const [stock, berth] = (["stock", "berth"] as const).map((policy) => {
    const node = tinyNode({ policy, ...M5_LARGE, warmIpTarget: 1, minimumIpTarget: 4 });
    node.runPods(3);
    node.pods(0);
    node.pods(1);
    node.run(8_000);
    return node;
  });
  if (stock === undefined || berth === undefined) throw new Error("two policies");
  expect(refusalOf(stock.pool, stock.nowMs)).toMatchObject({ reason: "cooling", addresses: 3 });
  expect(berth.start(2)).toBe(true);
});

test("stock: a minimum alone is a ceiling; berth goes beyond it", () => {
  const stock = tinyNode({ policy: "stock", ...M5_LARGE, minimumIpTarget: 4 });
  expect(stock.runPods(5)).toBe(4);
  expect(refusalOf(stock.pool, stock.nowMs)).toEqual({ reason: "targetsMet", addresses: 4 });
  expect(tinyNode({ ...M5_LARGE, minimumIpTarget: 4 }).runPods(5)).toBe(5);
});
