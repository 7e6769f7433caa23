import { describe, expect, test } from "vitest";
import { formatIpv4, parseIpv4 } from "../net/index.ts";
import { Pool } from "./pool.ts";
import { attachedEni, cidr, eniId } from "./scenario.ts";
import { type PoolSettings, poolSettings } from "./settings.ts";

const POD = { namespace: "default", name: "web" };
const LIMITS = { maxEnis: 3, slotsPerEni: 9, maxPods: 110 };

function poolWith(addresses: number, given: Partial<PoolSettings> = {}): Pool {
  const pool = new Pool(poolSettings({ ...LIMITS, ...given }));
  pool.observe([attachedEni(1, addresses)], 0);
  return pool;
}

function addressOf(pool: Pool, key: string, nowMs: number): string | undefined {
  const assigned = pool.assign(key, POD, nowMs);
  return assigned.ok ? formatIpv4(assigned.lease.address) : undefined;
}

test("the same key gets the same address again", () => {
  const pool = poolWith(2);
  const first = pool.assign("a", POD, 1);
  expect(first).toMatchObject({
    ok: true,
    already: false,
    lease: { eniId: eniId(1), deviceIndex: 0 },
  });
  expect(pool.assign("a", POD, 2)).toEqual({ ...first, already: true });
  expect(pool.lease("a")).toMatchObject({ assignedAtMs: 1, pod: POD });
  expect(pool.stats(2).assigned).toBe(1);
});

test("releasing twice, or what was never assigned, says so", () => {
  const pool = poolWith(1);
  addressOf(pool, "a", 0);
  expect(pool.release("a", 1)).toMatchObject({ ok: true, lease: { key: "a" } });
  expect(pool.release("a", 2)).toEqual({ ok: false, reason: "unknownOwner" });
  expect(pool.lease("a")).toBeUndefined();
});

test("R-IP-2: a freed address comes back after the cooldown and no sooner", () => {
  const pool = poolWith(1);
  addressOf(pool, "a", 0);
  pool.release("a", 1_000);
  expect(addressOf(pool, "b", 31_000)).toBeUndefined();
  expect(addressOf(pool, "b", 31_001)).toBe("10.0.1.10");
});

test("a clock that goes back is taken for standing still", () => {
  const pool = poolWith(1);
  addressOf(pool, "a", 0);
  pool.release("a", 50_000);
  expect(addressOf(pool, "b", 10_000)).toBeUndefined();
  expect(addressOf(pool, "b", 80_001)).toBe("10.0.1.10");
});

test("without a cooldown an address is free a moment later", () => {
  const pool = poolWith(1, { cooldownMs: 0 });
  addressOf(pool, "a", 0);
  pool.release("a", 5);
  expect(addressOf(pool, "b", 6)).toBe("10.0.1.10");
});

describe("order inside a prefix", () => {
  function prefixPool(): Pool {
    const pool = new Pool(poolSettings({ ...LIMITS, unit: "prefix" }));
    pool.observe([attachedEni(1, 0, { blocks: [cidr("10.0.0.0/28")] })], 0);
    return pool;
  }

  test("R-PD-1: a /28 gives 16 addresses, from its first to its last", () => {
    const pool = prefixPool();
    const given = Array.from({ length: 17 }, (_, n) => addressOf(pool, String(n), 0));
    expect(given.slice(0, 3)).toEqual(["10.0.0.0", "10.0.0.1", "10.0.0.2"]);
    expect(given.slice(15)).toEqual(["10.0.0.15", undefined]);
  });

  test("an address that has cooled goes before one that was never used", () => {
    const pool = prefixPool();
    for (const key of ["a", "b", "c"]) addressOf(pool, key, 0);
    pool.release("b", 0);
    expect(addressOf(pool, "d", 30_000)).toBe("10.0.0.3");
    expect(addressOf(pool, "e", 30_001)).toBe("10.0.0.1");
    expect(addressOf(pool, "f", 30_001)).toBe("10.0.0.4");
  });
});

test("the first ENI with a free address serves, and an excluded one never", () => {
  const pool = new Pool(poolSettings(LIMITS));
  pool.observe(
    [attachedEni(1, 1, { service: "excluded" }), attachedEni(2, 40), attachedEni(3, 1)],
    0,
  );
  const given = Array.from({ length: 42 }, (_, n) => addressOf(pool, String(n), 0));
  expect(given[0]).toBe("10.0.2.10");
  expect(given[39]).toBe("10.0.2.49");
  expect(given.slice(40)).toEqual(["10.0.3.10", undefined]);
});

describe("when the checkpoint can't be written", () => {
  test("an assignment is undone without a cooldown", () => {
    const pool = poolWith(1);
    addressOf(pool, "a", 0);
    pool.undoAssign("a");
    pool.undoAssign("a");
    expect(pool.stats(0)).toMatchObject({ assigned: 0, cooling: 0 });
    expect(addressOf(pool, "b", 0)).toBe("10.0.1.10");
  });

  test("a release is undone, and the cooldown with it", () => {
    const pool = poolWith(2);
    for (const key of ["a", "b"]) addressOf(pool, key, 0);
    const lease = pool.lease("a");
    if (lease === undefined) throw new Error("no lease");
    pool.release("a", 10);
    pool.release("b", 20);
    expect(pool.undoRelease(lease)).toBe("undone");
    expect(pool.lease("a")).toEqual(lease);
    expect(pool.stats(40_000)).toMatchObject({ assigned: 1, cooling: 0 });
    expect(pool.next(40_000)).not.toMatchObject({ kind: "wait", untilMs: 30_011 });
  });

  test("a release that is over is undone as well while nobody took the address", () => {
    const pool = poolWith(1);
    addressOf(pool, "a", 0);
    const lease = pool.lease("a");
    if (lease === undefined) throw new Error("no lease");
    pool.release("a", 10);
    pool.stats(40_000);
    expect(pool.undoRelease(lease)).toBe("undone");
  });

  test.each<{ name: string; meanwhile: (pool: Pool) => void }>([
    { name: "another owner has the address", meanwhile: (pool) => pool.assign("b", POD, 40_000) },
    {
      name: "the address has left the node",
      meanwhile: (pool) => pool.observe([attachedEni(1, 0)], 1),
    },
    {
      name: "the ENI has left the node",
      meanwhile: (pool) => pool.observe([attachedEni(2, 0)], 1),
    },
  ])("it is too late when $name", ({ meanwhile }) => {
    const pool = poolWith(1);
    addressOf(pool, "a", 0);
    const lease = pool.lease("a");
    if (lease === undefined) throw new Error("no lease");
    pool.release("a", 0);
    meanwhile(pool);
    expect(pool.undoRelease(lease)).toBe("tooLate");
  });
});

describe("checkpoint", () => {
  test("leases survive a restart; nothing is cooling afterwards", () => {
    const before = poolWith(3);
    for (const key of ["a", "b", "c"]) addressOf(before, key, 7);
    before.release("b", 8);
    const after = poolWith(3);
    const { restored, stale, conflicting } = after.restore(before.leases());
    expect({ stale, conflicting }).toEqual({ stale: [], conflicting: [] });
    expect(restored).toEqual(before.leases());
    expect(addressOf(after, "d", 9)).toBe("10.0.1.11");
  });

  test("an address that is on no ENI any more is stale; one that is taken twice conflicts", () => {
    const pool = poolWith(2);
    const [one, two, gone] = ["10.0.1.10", "10.0.1.11", "10.9.9.9"].map((text) => parseIpv4(text));
    if (one === undefined || two === undefined || gone === undefined)
      throw new Error("bad address");
    const saved = [
      { key: "a", pod: POD, assignedAtMs: 0, address: one },
      { key: "b", pod: POD, assignedAtMs: 0, address: one },
      { key: "a", pod: POD, assignedAtMs: 0, address: two },
      { key: "c", pod: POD, assignedAtMs: 0, address: gone },
    ];
    const { restored, stale, conflicting } = pool.restore(saved);
    expect(restored.map(({ key }) => key)).toEqual(["a"]);
    expect(stale).toEqual([saved[3]]);
    expect(conflicting).toEqual([saved[1], saved[2]]);
  });

  test("R-PD-4: a pod keeps its single address when the node goes over to prefixes, and the other way round", () => {
    for (const unit of ["address", "prefix"] as const) {
      const pool = new Pool(poolSettings({ ...LIMITS, unit }));
      pool.observe(
        [attachedEni(1, 1, { blocks: [cidr("10.0.1.10/32"), cidr("10.0.2.16/28")] })],
        0,
      );
      const saved = ["10.0.1.10", "10.0.2.20"].map((text, n) => {
        const address = parseIpv4(text);
        if (address === undefined) throw new Error("bad address");
        return { key: String(n), pod: POD, assignedAtMs: 0, address };
      });
      expect(pool.restore(saved).restored).toHaveLength(2);
      expect(addressOf(pool, "new", 0)).toBe(unit === "address" ? undefined : "10.0.2.16");
    }
  });
});
