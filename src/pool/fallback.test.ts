import { describe, expect, test } from "vitest";
import { Pool } from "./pool.ts";
import { attachedEni, cidr } from "./scenario.ts";
import { type PoolSettings, poolSettings } from "./settings.ts";
import type { WorkStep } from "./step.ts";
import { TinyEc2 } from "./tiny-ec2.ts";
import { TinyNode } from "./tiny-node.ts";

const M5_LARGE = { maxEnis: 3, slotsPerEni: 9, maxPods: 110 };
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A node with prefixes in a /24 of which every /28 is spoilt by somebody else's address. */
function fragmentedNode(given: Partial<PoolSettings> = {}): TinyNode {
  const ec2 = new TinyEc2(M5_LARGE, { count: 1, bits: 24 });
  ec2.fragment(0);
  return new TinyNode(poolSettings({ ...M5_LARGE, unit: "prefix", ...given }), ec2);
}

/** The other addresses of the subnet are free again. */
function mend(node: TinyNode): void {
  node.ec2.crowd(0, Infinity);
}

function held(node: TinyNode): { singles: number; prefixes: number; enis: number } {
  const enis = node.pool.enis(node.nowMs);
  const bits = enis.flatMap((eni) => eni.blocks.map(({ cidr }) => cidr.bits));
  const singles = bits.filter((each) => each === 32).length;
  return { singles, prefixes: bits.length - singles, enis: enis.length };
}

/** The steps since the log was so long that reach EC2: an agent with one subnet makes no ENI in one that is avoided. */
function calls(node: TinyNode, from: number): WorkStep[] {
  return node.ec2.log.slice(from).filter((step) => {
    return (
      step.kind !== "reconcile" && !(step.kind === "createEni" && step.avoidSubnets.length > 0)
    );
  });
}

describe("R-PD-5: in a fragmented subnet", () => {
  test.each([
    { name: "policy stock", given: { policy: "stock" } as const },
    { name: "policy berth without fallback", given: { prefixFallback: "none" } as const },
  ])("$name serves nobody, though single addresses are free", ({ given }) => {
    const node = fragmentedNode(given);
    expect(node.runPods(5)).toBe(0);
    expect(held(node)).toEqual({ singles: 0, prefixes: 0, enis: 1 });
  });

  test("policy berth serves pods by single addresses, as many as wait and one more", () => {
    const node = fragmentedNode();
    expect(node.runPods(5)).toBe(5);
    expect(held(node)).toEqual({ singles: 6, prefixes: 0, enis: 1 });
    expect(node.stats()).toMatchObject({ total: 6, assigned: 5, available: 1, prefixes: 0 });
  });

  test("a burst takes one call for the block that is refused and two for the pods", () => {
    const node = fragmentedNode();
    node.pods(5);
    const before = node.ec2.log.length;
    node.run(1_000);
    expect(node.pods(5)).toBe(5);
    node.run(1_000);
    expect(calls(node, before)).toMatchObject([
      { kind: "assignBlocks", unit: "prefix", count: 1 },
      { kind: "assignBlocks", unit: "address", count: 5 },
      { kind: "assignBlocks", unit: "address", count: 1 },
    ]);
  });

  test("the ENIs' limits hold: 27 single addresses on an m5.large, and then the node is full", () => {
    const node = fragmentedNode();
    expect(node.runPods(28)).toBe(27);
    expect(held(node)).toEqual({ singles: 27, prefixes: 0, enis: 3 });
    expect(node.pool.assign("more", { namespace: "default", name: "more" }, node.nowMs)).toEqual({
      ok: false,
      refusal: { reason: "nodeFull", addresses: 27, enis: 3 },
    });
  });

  test.each([
    { name: "as many as are to be warm", given: { warmIpTarget: 4 }, pods: 3, singles: 7 },
    { name: "a minimum is not made up for", given: { minimumIpTarget: 20 }, pods: 3, singles: 4 },
    { name: "warm prefixes are not either", given: { warmPrefixTarget: 2 }, pods: 3, singles: 4 },
    { name: "no more than max pods", given: { warmIpTarget: 8, maxPods: 5 }, pods: 3, singles: 5 },
  ])("$name: $singles single addresses for $pods pods", ({ given, pods, singles }) => {
    const node = fragmentedNode(given);
    expect(node.runPods(pods)).toBe(pods);
    expect(held(node)).toMatchObject({ singles, prefixes: 0 });
  });

  test("waiting for blocks costs one call in two minutes", () => {
    const node = fragmentedNode();
    node.runPods(5);
    node.run(HOUR_MS);
    const before = node.ec2.log.length;
    node.run(HOUR_MS);
    expect(calls(node, before)).toHaveLength(30);
  });

  test("addresses of ended pods go back, down to one, and an ENI that has none is freed", () => {
    const node = fragmentedNode();
    node.runPods(20);
    node.pods(2);
    node.run(10 * MINUTE_MS);
    expect(held(node)).toMatchObject({ singles: 3, enis: 1 });
    expect(node.stats()).toMatchObject({ assigned: 2, available: 1 });
  });

  test("a restarted agent goes on with the single addresses that it finds", () => {
    const node = fragmentedNode({ warmIpTarget: 3 });
    node.runPods(5);
    const next = new TinyNode(node.pool.settings, node.ec2);
    next.pool.restore(node.pool.leases());
    const before = next.ec2.log.length;
    next.run(MINUTE_MS);
    const gives = calls(next, before).filter(({ kind }) => kind === "unassignBlocks");
    expect(gives).toEqual([]);
    expect(held(next)).toMatchObject({ singles: 8, prefixes: 0 });
  });

  test("a pod that asks while single addresses are about to be requested is told to wait", () => {
    const node = fragmentedNode();
    const step = node.pool.next(node.nowMs);
    if (step.kind === "wait") throw new Error("expected a request for a prefix");
    node.perform(step);
    expect(node.pool.assign("a", { namespace: "default", name: "a" }, node.nowMs)).toEqual({
      ok: false,
      refusal: { reason: "growing", step: undefined },
    });
  });
});

describe("R-PD-5: when the blocks come back", () => {
  test("prefixes are taken within two minutes, and what stood in for them goes", () => {
    const node = fragmentedNode();
    node.runPods(5);
    const before = node.pool.leases();
    mend(node);
    node.run(121_000);
    expect(held(node)).toEqual({ singles: 5, prefixes: 1, enis: 1 });
    expect(node.pool.leases()).toEqual(before);
    expect(node.runPods(6)).toBe(6);
    node.pods(0);
    node.run(5 * MINUTE_MS);
    expect(held(node)).toEqual({ singles: 0, prefixes: 1, enis: 1 });
  });

  test("a node full of single addresses gives an unused one for a try, and takes it back if it is too early", () => {
    const node = fragmentedNode();
    node.runPods(26);
    node.run(10 * MINUTE_MS);
    expect(held(node)).toMatchObject({ singles: 27, prefixes: 0 });
    const before = node.ec2.log.length;
    node.run(121_000);
    expect(calls(node, before)).toMatchObject([
      { kind: "unassignBlocks" },
      { kind: "assignBlocks", unit: "prefix", count: 1 },
      { kind: "assignBlocks", unit: "address", count: 1 },
    ]);
    expect(held(node)).toMatchObject({ singles: 27, prefixes: 0 });
    mend(node);
    node.run(121_000);
    expect(held(node)).toMatchObject({ singles: 26, prefixes: 1 });
  });

  test("a node whose pods have every slot takes a prefix as soon as one of them ends", () => {
    const node = fragmentedNode();
    node.runPods(27);
    mend(node);
    node.end(26);
    node.run(3 * MINUTE_MS);
    expect(held(node)).toMatchObject({ singles: 26, prefixes: 1 });
    expect(node.runPods(42)).toBe(42);
  });

  test("after a refusal of many, one at a time and then twice as many are asked for", () => {
    const node = fragmentedNode({ warmPrefixTarget: 4 });
    node.runPods(1);
    mend(node);
    const before = node.ec2.log.length;
    node.run(121_000);
    const asked = calls(node, before).filter(({ kind }) => kind === "assignBlocks");
    expect(asked).toMatchObject([
      { unit: "prefix", count: 1 },
      { unit: "prefix", count: 2 },
      { unit: "prefix", count: 1 },
    ]);
    expect(held(node)).toMatchObject({ singles: 1, prefixes: 4 });
  });
});

test("R-PD-5: fewer than 16 free addresses are used one by one too", () => {
  const node = fragmentedNode();
  node.ec2.crowd(0, 3);
  expect(node.runPods(5)).toBe(3);
  expect(
    node.pool.assign("more", { namespace: "default", name: "more" }, node.nowMs),
  ).toMatchObject({ ok: false, refusal: { reason: "ec2Refused", failure: "subnetFull" } });
});

test("prefixes of another subnet come before single addresses", () => {
  const ec2 = new TinyEc2(M5_LARGE, { count: 2, bits: 24 });
  ec2.fragment(0);
  const node = new TinyNode(poolSettings({ ...M5_LARGE, unit: "prefix" }), ec2);
  expect(node.runPods(5)).toBe(5);
  expect(held(node)).toEqual({ singles: 0, prefixes: 2, enis: 2 });
});

describe("R-PD-4: a running node whose unit changes", () => {
  const usual = (): TinyNode => {
    const ec2 = new TinyEc2(M5_LARGE, { count: 1, bits: 24 });
    return new TinyNode(poolSettings(M5_LARGE), ec2);
  };
  const toPrefixes = (node: TinyNode): void => {
    node.pool.configure({ ...node.pool.settings, unit: "prefix" }, node.nowMs);
  };

  test("the pods keep single addresses, the rest makes room for prefixes", () => {
    const node = usual();
    node.runPods(12);
    expect(held(node)).toEqual({ singles: 27, prefixes: 0, enis: 3 });
    const before = node.pool.leases();
    toPrefixes(node);
    node.run(MINUTE_MS);
    expect(node.pool.leases()).toEqual(before);
    expect(held(node)).toMatchObject({ singles: 12, prefixes: 1 });
    expect(node.runPods(100)).toBe(100);
    // 12 of the slots hold one address each for as long as their pods live; 6 prefixes hold 88 pods, one is warm.
    expect(held(node)).toMatchObject({ singles: 12, prefixes: 7 });
  });

  test("the second pass of an address goes to a prefix: single addresses fade out with their pods", () => {
    const node = usual();
    node.runPods(12);
    toPrefixes(node);
    node.run(MINUTE_MS);
    for (let n = 0; n < 12; n++) node.end(n);
    node.run(MINUTE_MS);
    expect(node.runPods(12)).toBe(12);
    expect(held(node)).toMatchObject({ singles: 0, prefixes: 2 });
  });

  test("and back: prefixes with pods stay and take no new ones, unused prefixes go", () => {
    const node = usual();
    toPrefixes(node);
    node.runPods(20);
    expect(held(node)).toMatchObject({ singles: 0, prefixes: 3 });
    node.pool.configure({ ...node.pool.settings, unit: "address" }, node.nowMs);
    node.run(MINUTE_MS);
    expect(held(node)).toMatchObject({ prefixes: 2 });
    expect(node.stats()).toMatchObject({ assigned: 0, elsewhere: 20 });
    node.start(20);
    const { prefix, single } = bySize(node);
    expect({ prefix, single }).toEqual({ prefix: 20, single: 1 });
    node.pods(0);
    node.run(5 * MINUTE_MS);
    expect(held(node)).toMatchObject({ prefixes: 0 });
  });

  test("policy stock gives prefixes that pods leave back, but single addresses only at its next start", () => {
    const node = usual();
    node.pool.configure({ ...node.pool.settings, policy: "stock", unit: "prefix" }, node.nowMs);
    node.runPods(20);
    node.pool.configure({ ...node.pool.settings, unit: "address" }, node.nowMs);
    node.run(MINUTE_MS);
    expect(held(node)).toMatchObject({ prefixes: 2 });
    node.end(16);
    node.end(17);
    node.run(MINUTE_MS);
    expect(held(node)).toMatchObject({ prefixes: 2 });
    for (const n of [18, 19]) node.end(n);
    node.run(MINUTE_MS);
    expect(held(node)).toMatchObject({ prefixes: 1 });
    node.start(20);
    node.pool.configure({ ...node.pool.settings, unit: "prefix" }, node.nowMs);
    node.run(MINUTE_MS);
    node.end(20);
    node.run(MINUTE_MS);
    expect(held(node)).toMatchObject({ singles: 1 });
    node.pool.configure(node.pool.settings, node.nowMs);
    node.run(MINUTE_MS);
    expect(held(node)).toMatchObject({ singles: 0 });
  });

  test("pods that others serve count for max pods", () => {
    const node = usual();
    node.runPods(12);
    node.pool.configure({ ...node.pool.settings, unit: "prefix", maxPods: 28 }, node.nowMs);
    node.run(MINUTE_MS);
    // 12 + 16 are all that the kubelet can start.
    expect(held(node)).toMatchObject({ singles: 12, prefixes: 1 });
    expect(node.runPods(28)).toBe(28);
    expect(held(node)).toMatchObject({ singles: 12, prefixes: 1 });
  });
});

test("pods are put together, so that prefixes become empty and can go", () => {
  const ec2 = new TinyEc2(M5_LARGE, { count: 1, bits: 24 });
  const node = new TinyNode(poolSettings({ ...M5_LARGE, unit: "prefix" }), ec2);
  node.runPods(33);
  // One pod of each prefix but the last goes; new ones go to the fullest.
  for (let n = 0; n < 12; n++) node.end(n);
  node.run(MINUTE_MS);
  for (let n = 33; n < 37; n++) node.start(n);
  const counts = node.pool.enis(node.nowMs).flatMap((eni) => eni.blocks.map((b) => b.assigned));
  expect(counts.toSorted((a, b) => b - a).slice(0, 3)).toEqual([16, 8, 1]);
});

test.each([
  {
    name: "a prefix in place of single addresses",
    first: ["10.0.1.16/32"],
    then: ["10.0.1.16/28"],
  },
  {
    name: "a single address in place of a prefix",
    first: ["10.0.1.16/28"],
    then: ["10.0.1.16/32"],
  },
])("an address has one owner when EC2 lists $name", ({ first, then }) => {
  const pool = new Pool(poolSettings({ ...M5_LARGE, unit: "prefix" }));
  const eni = attachedEni(1, 0);
  pool.observe([{ ...eni, blocks: first.map(cidr) }], 0);
  const pod = { namespace: "default", name: "a" };
  expect(pool.assign("a", pod, 0)).toMatchObject({ ok: true });
  // A list from before the change and one from after it, in one.
  const { lost } = pool.observe([{ ...eni, blocks: [...first, ...then].map(cidr) }], 1);
  expect(lost.map(({ key }) => key)).toEqual(["a"]);
  expect(pool.assign("b", pod, 1)).toMatchObject({ ok: true });
  expect(pool.enis(1).flatMap(({ blocks }) => blocks.map((block) => block.cidr))).toEqual(
    then.map(cidr),
  );
});

function bySize(node: TinyNode): { prefix: number; single: number } {
  const blocks = node.pool.enis(node.nowMs).flatMap((eni) => eni.blocks);
  const sum = (bits: number): number =>
    blocks.reduce((total, { cidr, assigned }) => total + (cidr.bits === bits ? assigned : 0), 0);
  return { prefix: sum(28), single: sum(32) };
}
