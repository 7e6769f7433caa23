import { describe, expect, test } from "vitest";
import type { FailureReason } from "./failure.ts";
import { failureReason } from "./failure.ts";
import { subnetId } from "./scenario.ts";
import { poolSettings } from "./settings.ts";
import type { Outcome, Step, StepFailure, WorkStep } from "./step.ts";
import { TinyEc2 } from "./tiny-ec2.ts";
import { failure } from "./tiny-failure.ts";
import { keyOf, tinyNode, TinyNode } from "./tiny-node.ts";

const M5_LARGE = { maxEnis: 3, slotsPerEni: 9, maxPods: 110 };
const MINUTE_MS = 60_000;

test.each([
  ["InsufficientFreeAddressesInSubnet", "subnetFull"],
  ["InsufficientCidrBlocks", "noFreeBlock"],
  ["PrivateIpAddressLimitExceeded", "perEniLimit"],
  ["AttachmentLimitExceeded", "attachmentLimit"],
  ["NetworkInterfaceLimitExceeded", "quota"],
  ["RequestLimitExceeded", "throttled"],
  ["UnauthorizedOperation", "unauthorized"],
  ["InvalidNetworkInterfaceID.NotFound", "eniGone"],
  ["InternalError", "other"],
])("%s means %s", (code, reason) => {
  expect(failureReason(code)).toBe(reason);
});

/** The node fails each step of this kind from now on; the calls that it made are kept. */
function failing(
  node: TinyNode,
  kinds: readonly WorkStep["kind"][],
  reason: FailureReason,
): { atMs: number; step: WorkStep }[] {
  const calls: { atMs: number; step: WorkStep }[] = [];
  node.interfere = (step): StepFailure | undefined => {
    if (!kinds.includes(step.kind)) return undefined;
    calls.push({ atMs: node.nowMs, step });
    return failure(reason);
  };
  return calls;
}

describe("stock: insufficient addresses", () => {
  test("without subnet discovery the node adds nothing for 120 s", () => {
    const node = tinyNode({
      policy: "stock",
      ...M5_LARGE,
      warmIpTarget: 3,
      subnetDiscovery: "off",
    });
    const calls = failing(node, ["assignBlocks", "createEni"], "subnetFull");
    node.run(200_000);
    // At start, and then in the first pass in which more than 120 s are over.
    const times = calls.map(({ atMs }) => atMs - 1_000_000);
    expect(times).toEqual([0, 0, 122_500, 122_500]);
    expect(calls.map(({ step }) => ("count" in step ? step.count : 0))).toEqual([3, 1, 3, 1]);
  });

  test("with subnet discovery the next ENI is tried, then a new one, and only that one's refusal counts", () => {
    const node = tinyNode({ policy: "stock", ...M5_LARGE, warmIpTarget: 3 });
    const calls = failing(node, ["assignBlocks", "createEni"], "noFreeBlock");
    node.run(200_000);
    const kinds = calls.map(({ step }) => step.kind);
    expect(kinds).toEqual([
      ...["assignBlocks", "assignBlocks", "createEni"],
      ...["assignBlocks", "assignBlocks", "createEni"],
    ]);
  });

  test("with subnet discovery and no room for an ENI the calls are repeated every pass", () => {
    const node = tinyNode({ policy: "stock", ...M5_LARGE, maxEnis: 1, warmIpTarget: 3 });
    const calls = failing(node, ["assignBlocks"], "subnetFull");
    node.run(50_000);
    // Two at start, two in each of the nine or ten passes.
    expect(calls.length).toBe(2 + 2 * 10);
  });

  test.each<FailureReason>(["throttled", "unauthorized", "other"])(
    "%s: every pass, no pause",
    (reason) => {
      const node = tinyNode({ policy: "stock", ...M5_LARGE, warmIpTarget: 3 });
      const calls = failing(node, ["assignBlocks", "createEni"], reason);
      node.run(50_000);
      expect(calls.every(({ step }) => step.kind === "assignBlocks")).toBe(true);
      expect(calls.length).toBe(2 + 2 * 10);
    },
  );

  test("a new ENI that fails for another reason is tried in the next pass", () => {
    const node = tinyNode({ policy: "stock", ...M5_LARGE });
    node.run(MINUTE_MS);
    const calls = failing(node, ["createEni"], "throttled");
    node.start(0);
    node.run(20_000);
    expect(calls.length).toBe(4);
  });
});

test("stock: a limit that EC2 sees and the pool does not makes it read the ENI anew", () => {
  const node = tinyNode({ policy: "stock", ...M5_LARGE });
  // The pool lost sight of what it had: an address was assigned behind its back.
  const [eni] = node.ec2.enis;
  if (eni === undefined) throw new Error("no ENI");
  const added = node.ec2.perform({
    kind: "assignBlocks",
    eniId: eni.id,
    unit: "address",
    count: 2,
  });
  expect(added.kind).toBe("assigned");
  node.run(1_000);
  expect(node.stats().total).toBe(2);
  expect(node.ec2.log).toContainEqual({ kind: "describeEni", eniId: eni.id, effect: "add" });
  node.run(10_000);
  expect(node.stats().total).toBe(9);
});

test("stock: when reading the ENI anew fails the step has failed", () => {
  const node = tinyNode({ policy: "stock", ...M5_LARGE });
  node.interfere = (step): Outcome | undefined =>
    step.kind === "assignBlocks"
      ? failure("perEniLimit")
      : step.kind === "describeEni"
        ? failure("throttled")
        : undefined;
  node.run(50_000);
  expect(node.stats()).toMatchObject({ enis: 1, total: 0 });
});

test("stock: an ENI whose detachment failed is adopted again by the next reconcile", () => {
  const node = tinyNode({ policy: "stock", ...M5_LARGE });
  node.runPods(12);
  const calls = failing(node, ["freeEni"], "other");
  node.pods(0);
  node.run(5 * MINUTE_MS);
  expect(calls.length).toBeGreaterThan(0);
  node.interfere = undefined;
  node.run(20 * MINUTE_MS);
  expect(node.blocks()).toEqual([9]);
  expect(node.stats()).toMatchObject({ enis: 1, total: 9 });
});

describe("berth holds off, each cause by itself", () => {
  test.each<{ reason: FailureReason; firstMs: number }>([
    { reason: "throttled", firstMs: 1_000 },
    { reason: "other", firstMs: 2_000 },
    { reason: "unauthorized", firstMs: 30_000 },
  ])("$reason: from $firstMs ms on, twice as long each time", ({ reason, firstMs }) => {
    const node = tinyNode({ ...M5_LARGE, warmIpTarget: 3 });
    const calls = failing(node, ["assignBlocks", "createEni"], reason);
    node.run(8 * firstMs);
    const times = calls.map(({ atMs }) => atMs - 1_000_000);
    expect(times.slice(0, 4)).toEqual([0, firstMs, 3 * firstMs, 7 * firstMs]);
  });

  test("it never waits longer than the longest time, and a success starts anew", () => {
    const node = tinyNode({ ...M5_LARGE, warmIpTarget: 3 });
    const calls = failing(node, ["assignBlocks"], "throttled");
    node.run(10 * MINUTE_MS);
    const gaps = calls.slice(1).map(({ atMs }, n) => atMs - (calls[n]?.atMs ?? 0));
    expect(Math.max(...gaps)).toBe(60_000);
    node.interfere = undefined;
    node.run(2 * MINUTE_MS);
    expect(node.stats().total).toBe(3);
    const again = failing(node, ["assignBlocks"], "throttled");
    node.start(0);
    node.run(2_000);
    expect(again.map(({ atMs }) => atMs - (again[0]?.atMs ?? 0))).toEqual([0, 1_000]);
  });

  test("R-PD-5: a subnet with too little room is asked for half, down to one", () => {
    const ec2 = new TinyEc2(M5_LARGE, { count: 1, bits: 29 });
    const node = new TinyNode(poolSettings({ ...M5_LARGE, warmIpTarget: 9 }), ec2);
    node.run(5_000);
    // A /29 has 8 addresses here; the ENI's own is one of them.
    expect(node.stats().total).toBe(7);
    const counts = node.ec2.log.flatMap((step) => (step.kind === "assignBlocks" ? step.count : []));
    expect(counts.slice(0, 2)).toEqual([9, 4]);
    const refused = node.pool.assign(keyOf(99), { namespace: "", name: "" }, node.nowMs);
    expect(refused.ok).toBe(true);
  });

  test("a full subnet is held off by itself: the ENI in another subnet grows", () => {
    const ec2 = new TinyEc2({ ...M5_LARGE, slotsPerEni: 20 }, { count: 2, bits: 28 });
    const settings = poolSettings({ ...M5_LARGE, slotsPerEni: 20, warmIpTarget: 20 });
    const node = new TinyNode(settings, ec2);
    node.run(5_000);
    expect(node.blocks()).toEqual([15, 5]);
    const create = node.ec2.log.find((step) => step.kind === "createEni");
    expect(create?.avoidSubnets).toEqual([subnetId(0)]);
  });

  test("a full subnet that has room again is found within two minutes", () => {
    const ec2 = new TinyEc2(M5_LARGE, { count: 1, bits: 29 });
    const node = new TinyNode(poolSettings({ ...M5_LARGE, warmIpTarget: 9 }), ec2);
    const [subnet] = ec2.subnets;
    if (subnet === undefined) throw new Error("no subnet");
    const others = Array.from({ length: 6 }, (_, n) => subnet.cidr.base + 2 + n);
    for (const ip of others) subnet.taken.add(ip);
    node.run(10 * MINUTE_MS);
    expect(node.stats().total).toBe(1);
    for (const ip of others) subnet.taken.delete(ip);
    node.run(2 * MINUTE_MS);
    expect(node.stats().total).toBe(7);
  });

  test("an ENI that no subnet is left for does not put off the next look at a full subnet", () => {
    const ec2 = new TinyEc2(M5_LARGE, { count: 1, bits: 29 });
    const node = new TinyNode(poolSettings({ ...M5_LARGE, warmIpTarget: 9 }), ec2);
    const asked: number[] = [];
    node.interfere = (step): undefined => {
      if (step.kind === "assignBlocks" && step.count === 1) asked.push(node.nowMs);
      return undefined;
    };
    node.run(6 * MINUTE_MS);
    const seconds = asked.map((atMs) => Math.round((atMs - (asked[0] ?? 0)) / 1000));
    // The first gets the last address, the second is refused.
    expect(seconds).toEqual([0, 0, 10, 30, 70, 150, 270]);
  });

  test("creating an ENI asks for half, down to one, and then holds off", () => {
    const node = tinyNode({ ...M5_LARGE });
    node.run(MINUTE_MS);
    const calls: Step[] = [];
    node.interfere = (step): Outcome | undefined => {
      if (step.kind !== "createEni") return undefined;
      calls.push(step);
      return failure("subnetFull", subnetId(0));
    };
    node.start(0);
    node.run(30_000);
    const counts = calls.map((step) => (step.kind === "createEni" ? step.count : 0));
    expect(counts.slice(0, 4)).toEqual([9, 4, 2, 1]);
    expect(counts.slice(4, 8)).toEqual([9, 4, 2, 1]);
  });

  test.each<FailureReason>(["notReady", "attachmentLimit", "other"])(
    "%s: a new ENI that may be attached after all is looked for at once, and adopted",
    (reason) => {
      const node = tinyNode({ ...M5_LARGE });
      node.run(MINUTE_MS);
      let lost = 0;
      node.interfere = (step): Outcome | undefined => {
        if (step.kind !== "createEni" || lost++ > 0) return undefined;
        node.ec2.perform(step);
        return failure(reason);
      };
      node.start(0);
      node.run(0);
      expect(node.ec2.enis).toHaveLength(2);
      expect(node.stats()).toMatchObject({ enis: 2, total: 18 });
    },
  );

  test("an ENI that can't be taken in yet counts against the limit", () => {
    const node = tinyNode({ ...M5_LARGE, maxEnis: 2 });
    node.run(MINUTE_MS);
    node.interfere = (step): Outcome | undefined => {
      if (step.kind === "createEni") {
        node.ec2.perform(step);
        return failure("notReady");
      }
      return step.kind === "adoptEni" ? failure("notReady") : undefined;
    };
    node.start(0);
    node.run(10 * MINUTE_MS);
    expect(node.ec2.enis).toHaveLength(2);
    expect(node.ec2.log.filter((step) => step.kind === "createEni")).toHaveLength(1);
  });

  test("a quota is asked about again after a minute", () => {
    const node = tinyNode({ ...M5_LARGE });
    node.run(MINUTE_MS);
    const calls = failing(node, ["createEni"], "quota");
    node.start(0);
    node.run(4 * MINUTE_MS);
    expect(calls.map(({ atMs }) => atMs - (calls[0]?.atMs ?? 0))).toEqual([0, 60_000, 180_000]);
  });

  test.each<FailureReason>(["perEniLimit", "eniGone", "other"])(
    "%s: before more is added to the ENI, EC2 is asked what it has",
    (reason) => {
      const node = tinyNode({ ...M5_LARGE, warmIpTarget: 3 });
      let failed = 0;
      node.interfere = (step): Outcome | undefined => {
        if (step.kind !== "assignBlocks" || failed++ > 0) return undefined;
        node.ec2.perform(step);
        return failure(reason);
      };
      node.run(10_000);
      expect(node.stats().total).toBe(3);
      expect(node.blocks()[0]).toBe(3);
    },
  );

  test("an ENI that is gone is removed, and another one takes its place", () => {
    const node = tinyNode({ ...M5_LARGE, warmIpTarget: 10 });
    node.run(MINUTE_MS);
    expect(node.blocks()).toEqual([9, 1]);
    const [, second] = node.ec2.enis;
    if (second === undefined) throw new Error("no ENI");
    node.ec2.detach(second.id);
    node.pods(1);
    node.run(5_000);
    expect(node.pool.enis(node.nowMs).map(({ id }) => id)).not.toContain(second.id);
    expect(node.stats().available).toBe(10);
  });

  test("blocks whose return failed come back when EC2 still lists them, and go later", () => {
    const node = tinyNode({ ...M5_LARGE, warmIpTarget: 5 });
    node.run(MINUTE_MS);
    node.pool.configure({ ...node.pool.settings, warmIpTarget: 1 }, node.nowMs);
    const calls = failing(node, ["unassignBlocks"], "other");
    node.run(1_000);
    expect(calls.length).toBeGreaterThan(0);
    expect(node.stats().total).toBe(5);
    node.interfere = undefined;
    node.run(2 * MINUTE_MS);
    expect(node.stats().total).toBe(1);
    expect(node.blocks()).toEqual([1]);
  });

  test("an ENI whose detachment failed stays in the pool and serves again once EC2 says it is there", () => {
    const node = tinyNode({ ...M5_LARGE });
    node.runPods(12);
    const calls = failing(node, ["freeEni"], "other");
    node.pods(0);
    node.run(40_000);
    expect(calls.length).toBeGreaterThan(0);
    const phases = node.pool.enis(node.nowMs).map(({ phase }) => phase);
    expect(phases).toEqual(["serving", "serving", "serving"]);
    node.interfere = undefined;
    node.run(5 * MINUTE_MS);
    expect(node.blocks()).toEqual([9]);
  });

  test("an ENI whose detachment failed serves nobody until EC2 was asked", () => {
    const node = tinyNode({ ...M5_LARGE });
    node.runPods(12);
    failing(node, ["freeEni", "describeEni"], "other");
    node.pods(0);
    node.run(40_000);
    const phases = node.pool.enis(node.nowMs).map(({ phase }) => phase);
    expect(phases).toContain("leaving");
    expect(node.pods(20)).toBe(9);
  });

  test("an ENI that EC2 does not know when it is to be freed is gone", () => {
    const node = tinyNode({ ...M5_LARGE });
    node.runPods(12);
    node.interfere = (step): Outcome | undefined => {
      if (step.kind !== "freeEni") return undefined;
      node.ec2.detach(step.eniId);
      return failure("eniGone");
    };
    node.pods(0);
    node.run(5 * MINUTE_MS);
    const seen = node.pool.enis(node.nowMs).map(({ id }) => id);
    expect(seen).toHaveLength(1);
  });
});
