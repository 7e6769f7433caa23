import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addIpv6, type Cidr6, formatIpv6, type Ipv6, parseCidr6, toIpv4 } from "../net/index.ts";
import { Ipv6Pool, type Ipv6PoolSettings, numberOf } from "./ipv6-pool.ts";
import { eniId, subnetId } from "./scenario.ts";

const POD = { namespace: "default", name: "web" };

function prefix(text: string): Cidr6 {
  const parsed = parseCidr6(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

const FIRST = prefix("2600:1f14:1:1:5::/80");
const SECOND = prefix("2600:1f14:1:1:6::/80");

function poolOf(given: Partial<Ipv6PoolSettings> = {}, prefixes = [FIRST]): Ipv6Pool {
  const pool = new Ipv6Pool({
    policy: "berth",
    cooldownMs: 30_000,
    capacity: 2 ** 48,
    provisioning: "on",
    ...given,
  });
  pool.observe({ eniId: eniId(1), deviceIndex: 0, prefixes });
  return pool;
}

function addressOf(pool: Ipv6Pool, key: string, nowMs = 0): string {
  const assigned = pool.assign(key, POD, nowMs);
  return assigned.ok ? formatIpv6(assigned.lease.address) : assigned.refusal.reason;
}

describe("the addresses of an IPv6 node", () => {
  test.each([
    ["stock", "2600:1f14:1:1:5::"],
    ["berth", "2600:1f14:1:1:5::1"],
  ] as const)("policy %s begins with %s", (policy, first) => {
    expect(addressOf(poolOf({ policy }), "a")).toBe(first);
  });

  test("R-IP-3: the same owner keeps its address, others get the next", () => {
    const pool = poolOf();
    expect(addressOf(pool, "a")).toBe("2600:1f14:1:1:5::1");
    expect(addressOf(pool, "b")).toBe("2600:1f14:1:1:5::2");
    expect(pool.assign("a", POD, 5)).toMatchObject({ ok: true, already: true });
    expect(pool.lease("b")).toMatchObject({ eniId: eniId(1), deviceIndex: 0 });
    expect(pool.leases().map(({ key }) => key)).toEqual(["a", "b"]);
  });

  test("an address rests for the cooldown, and an assignment taken back does not", () => {
    const pool = poolOf();
    addressOf(pool, "a");
    pool.undoAssign("a");
    expect(addressOf(pool, "b")).toBe("2600:1f14:1:1:5::1");
    expect(pool.release("b", 1_000)).toMatchObject({ ok: true });
    expect(pool.release("b", 1_000)).toEqual({ ok: false, reason: "unknownOwner" });
    expect(addressOf(pool, "c", 31_000)).toBe("2600:1f14:1:1:5::2");
    expect(pool.stats(31_000)).toEqual({ assigned: 1, cooling: 1 });
    expect(addressOf(pool, "d", 31_001)).toBe("2600:1f14:1:1:5::1");
  });

  test("a release is taken back unless somebody has the address", () => {
    const pool = poolOf({ cooldownMs: 0 });
    addressOf(pool, "a");
    const released = pool.release("a", 0);
    if (!released.ok) throw new Error("it was held");
    expect(pool.undoRelease(released.lease)).toBe("undone");
    pool.release("a", 0);
    addressOf(pool, "b", 1);
    expect(pool.undoRelease(released.lease)).toBe("tooLate");
    expect(pool.stats(1)).toEqual({ assigned: 1, cooling: 0 });
  });

  test("without a prefix: on its way, or refused by EC2 until the next attempt", () => {
    const pool = new Ipv6Pool({ policy: "berth", cooldownMs: 0, capacity: 9, provisioning: "on" });
    expect(addressOf(pool, "a")).toBe("growing");
    const failure = {
      failure: "subnetFull",
      code: "InsufficientCidrBlocks",
      subnetId: subnetId(1),
      retryAtMs: 7,
    } as const;
    pool.fail(failure);
    expect(pool.assign("a", POD, 1)).toEqual({
      ok: false,
      refusal: { reason: "ec2Refused", ...failure },
    });
    pool.observe({ eniId: eniId(1), deviceIndex: 0, prefixes: [FIRST] });
    expect(pool.source?.prefixes).toEqual([FIRST]);
    expect(addressOf(pool, "a")).toBe("2600:1f14:1:1:5::1");
  });

  test("no more than the capacity: full, or full of cooling addresses", () => {
    const pool = poolOf({ capacity: 3 });
    addressOf(pool, "a");
    addressOf(pool, "b");
    expect(pool.assign("c", POD, 0)).toEqual({
      ok: false,
      refusal: { reason: "nodeFull", addresses: 2, enis: 1 },
    });
    pool.release("b", 0);
    expect(pool.assign("c", POD, 0)).toEqual({
      ok: false,
      refusal: { reason: "cooling", addresses: 1, freeAtMs: 30_001 },
    });
  });
});

describe("a checkpoint is taken over", () => {
  const saved = (
    key: string,
    address: Ipv6,
  ): { key: string; pod: typeof POD; address: Ipv6; assignedAtMs: number } => ({
    key,
    pod: POD,
    address,
    assignedAtMs: 3,
  });

  test("addresses of any prefix of the ENI stay; strange ones and double ones do not", () => {
    const pool = poolOf({}, [FIRST, SECOND]);
    const own = saved("a", addIpv6(FIRST.base, 2n));
    const ofSecond = saved("b", addIpv6(SECOND.base, 1n));
    const strange = saved("c", addIpv6(prefix("2600:1f14:1:1:7::/80").base, 9n));
    const ipv4 = { ...strange, key: "d", address: toIpv4(1) };
    const sameKey = saved("a", addIpv6(FIRST.base, 8n));
    const sameNumber = saved("e", addIpv6(FIRST.base, 1n));
    const found = pool.restore([own, ofSecond, strange, ipv4, sameKey, sameNumber]);
    expect(found.restored.map(({ key }) => key)).toEqual(["a", "b"]);
    expect(found.stale).toEqual([strange, ipv4]);
    expect(found.conflicting).toEqual([sameKey, sameNumber]);
    expect(addressOf(pool, "f")).toBe("2600:1f14:1:1:5::3");
  });

  test("without a prefix nothing is", () => {
    const pool = new Ipv6Pool({ policy: "berth", cooldownMs: 0, capacity: 9, provisioning: "off" });
    expect(addressOf(pool, "a")).toBe("paused");
    const lease = saved("a", FIRST.base);
    expect(pool.restore([lease]).stale).toEqual([lease]);
  });
});

test("property: no address has two owners, none is reused while it cools, numbers stay low", () => {
  const action = fc.record({
    key: fc.nat(12).map(String),
    what: fc.constantFrom("assign", "release", "undo"),
    waitMs: fc.nat(20_000),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const pool = poolOf();
      const releasedAt = new Map<Ipv6, number>();
      let nowMs = 0;
      for (const { key, what, waitMs } of actions) {
        nowMs += waitMs;
        if (what === "assign") {
          const assigned = pool.assign(key, POD, nowMs);
          if (!assigned.ok) throw new Error("a /80 is never full");
          const { address } = assigned.lease;
          if (!assigned.already) {
            const sinceMs = releasedAt.get(address);
            expect(sinceMs === undefined || nowMs - sinceMs > 30_000).toBe(true);
          }
          expect(numberOf(address)).toBeLessThan(14n + BigInt(pool.stats(nowMs).cooling));
        } else if (what === "release") {
          const released = pool.release(key, nowMs);
          if (released.ok) releasedAt.set(released.lease.address, nowMs);
        } else pool.undoAssign(key);
        const addresses = pool.leases().map(({ address }) => address);
        expect(new Set(addresses).size).toBe(addresses.length);
      }
    }),
    { seed: 5, numRuns: 100 },
  );
});
