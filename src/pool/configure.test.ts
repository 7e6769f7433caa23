import { describe, expect, test } from "vitest";
import { Pool } from "./pool.ts";
import { attachedEni, cidr, eniId } from "./scenario.ts";
import { type PoolPolicy, type PoolSettings, poolSettings } from "./settings.ts";
import { tinyNode } from "./tiny-node.ts";

const M5_LARGE = { maxEnis: 3, slotsPerEni: 9, maxPods: 110 };
const MINUTE_MS = 60_000;

describe.each<PoolPolicy>(["stock", "berth"])("new settings, policy %s", (policy) => {
  test("R-PD-1, R-PD-4: prefixes take the place of unused addresses; pods keep theirs", () => {
    const node = tinyNode({ policy, ...M5_LARGE });
    node.runPods(3);
    const before = node.pool.leases();
    node.pool.configure({ ...node.pool.settings, unit: "prefix" }, node.nowMs);
    node.run(5 * MINUTE_MS);
    expect(node.pool.leases()).toEqual(before);
    const blocks = node.pool.enis(node.nowMs).flatMap((eni) => eni.blocks);
    expect(blocks.filter(({ cidr: { bits } }) => bits === 32)).toHaveLength(3);
    // With single addresses as the fallback, those of the pods serve on as such.
    const held = policy === "stock" ? { total: 16, elsewhere: 3 } : { total: 19, elsewhere: 0 };
    expect(node.stats()).toMatchObject({ ...held, prefixes: 1 });
  });

  test("back to single addresses: unused prefixes go", () => {
    const node = tinyNode({ policy, ...M5_LARGE, unit: "prefix" });
    node.runPods(3);
    node.pool.configure({ ...node.pool.settings, unit: "address" }, node.nowMs);
    node.run(5 * MINUTE_MS);
    const bits = node.pool
      .enis(node.nowMs)
      .flatMap((eni) => eni.blocks.map((block) => block.cidr.bits));
    expect(bits.filter((each) => each === 28)).toHaveLength(1);
  });

  test("a step that was under way may still come to its end", () => {
    const node = tinyNode({ policy, ...M5_LARGE });
    const step = node.pool.next(node.nowMs);
    if (step.kind !== "assignBlocks") throw new Error("expected a growth step");
    node.pool.configure({ ...node.pool.settings, warmIpTarget: 2 }, node.nowMs);
    expect(node.pool.next(node.nowMs)).toBe(step);
    node.perform(step);
    node.run(5 * MINUTE_MS);
    expect(node.stats().total).toBe(2);
  });

  test("the policy itself may change", () => {
    const node = tinyNode({ policy, ...M5_LARGE });
    node.runPods(12);
    const other = policy === "stock" ? "berth" : "stock";
    node.pool.configure({ ...node.pool.settings, policy: other }, node.nowMs);
    node.pods(0);
    node.run(10 * MINUTE_MS);
    expect(node.blocks()).toEqual([9]);
  });
});

describe.each<PoolPolicy>(["stock", "berth"])(
  "what the node's object says, policy %s",
  (policy) => {
    test("stops and limits growth, and neither policy forgets anything for it", () => {
      const node = tinyNode({ policy, ...M5_LARGE });
      node.runPods(12);
      node.pods(0);
      node.pool.follow({ growth: "paused", maxPods: 15 }, node.nowMs);
      expect(node.stats().cooling).toBe(12);
      node.run(10 * MINUTE_MS);
      expect(node.blocks()).toEqual([9, 9, 9]);
      node.pool.follow({ growth: "allowed", maxPods: 15 }, node.nowMs);
      expect(node.pool.settings.maxPods).toBe(15);
      node.run(10 * MINUTE_MS);
      expect(node.blocks()).toEqual([9]);
    });
  },
);

test("stock: new settings are a restart: nothing is cooling, and every ENI is young again", () => {
  const node = tinyNode({ policy: "stock", ...M5_LARGE });
  node.runPods(12);
  node.pods(0);
  node.pool.configure({ ...node.pool.settings }, node.nowMs);
  expect(node.stats().cooling).toBe(0);
  node.run(MINUTE_MS - 5_000);
  expect(node.blocks()).toEqual([9, 9, 9]);
  node.run(MINUTE_MS);
  expect(node.blocks()).toEqual([9]);
});

test("berth: new settings leave the cooldown alone", () => {
  const node = tinyNode({ ...M5_LARGE });
  node.runPods(3);
  node.pods(0);
  node.pool.configure({ ...node.pool.settings, warmEniTarget: 0 }, node.nowMs);
  expect(node.stats().cooling).toBe(3);
});

describe.each<PoolPolicy>(["stock", "berth"])("an excluded ENI, policy %s", (policy) => {
  test("gives its unused blocks back, and only those", () => {
    const settings: PoolSettings = poolSettings({ policy, ...M5_LARGE, warmIpTarget: 1 });
    const pool = new Pool(settings);
    const excluded = attachedEni(2, 2, { service: "excluded" });
    pool.observe([attachedEni(1, 2), excluded], 0);
    const address = excluded.blocks[0]?.base;
    if (address === undefined) throw new Error("no address");
    pool.restore([{ key: "a", pod: { namespace: "", name: "" }, assignedAtMs: 0, address }]);
    expect(pool.next(0)).toEqual({
      kind: "unassignBlocks",
      eniId: eniId(2),
      blocks: [cidr("10.0.2.11/32")],
    });
  });
});

test("an outcome of another step, or of another kind, is a bug", () => {
  const node = tinyNode(M5_LARGE);
  const step = node.pool.next(node.nowMs);
  if (step.kind === "wait") throw new Error("expected a step");
  expect(() => node.pool.outcome({ ...step }, { kind: "unassigned" }, 0)).toThrow(
    /not the step under way/,
  );
  expect(() => node.pool.outcome(step, { kind: "unassigned" }, 0)).toThrow(/can't be "unassigned"/);
});

test("a block is a /32 or a /28", () => {
  const pool = new Pool(poolSettings(M5_LARGE));
  const eni = attachedEni(1, 0, { blocks: [cidr("10.0.0.0/24")] });
  expect(() => pool.observe([eni], 0)).toThrow(/not a \/24/);
});
