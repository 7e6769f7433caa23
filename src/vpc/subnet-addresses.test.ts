import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newRandom, type Random } from "../base/index.ts";
import { newId } from "../facts/index.ts";
import { type Cidr, cidrContains, cidrOf, formatCidr, type Ipv4 } from "../net/index.ts";
import { SubnetAddresses } from "./subnet-addresses.ts";
import { address, block } from "./test-region.ts";

const eniId = newId("eni", newRandom(1));
const otherId = newId("eni", newRandom(2));

describe("R-IP-3: five addresses of each subnet are kept", () => {
  test.each([
    { cidr: "10.0.0.0/28", available: 11 },
    { cidr: "10.0.0.0/27", available: 27 },
    { cidr: "10.0.0.0/26", available: 59 },
    { cidr: "10.0.1.0/24", available: 251 },
    { cidr: "10.0.0.0/16", available: 65_531 },
  ])("$cidr offers $available", ({ cidr, available }) => {
    expect(new SubnetAddresses(block(cidr)).availableCount).toBe(available);
  });

  test("the first four and the last", () => {
    const account = new SubnetAddresses(block("10.0.1.0/28"));
    const kept = Array.from({ length: 16 }, (_, n) => n).filter((n) => {
      return account.keeps(address(`10.0.1.${n}`));
    });
    expect(kept).toEqual([0, 1, 2, 3, 15]);
    expect(account.isFree(address("10.0.1.3"))).toBe(false);
    expect(account.isFree(address("10.0.1.4"))).toBe(true);
  });
});

describe("prefixes are aligned, wholly free /28s", () => {
  test.each([
    { cidr: "10.0.0.0/28", prefixes: 0 },
    { cidr: "10.0.0.0/27", prefixes: 0 },
    { cidr: "10.0.0.0/26", prefixes: 2 },
    { cidr: "10.0.1.0/24", prefixes: 14 },
    { cidr: "10.0.0.0/16", prefixes: 4094 },
  ])("$cidr offers $prefixes", ({ cidr, prefixes }) => {
    const account = new SubnetAddresses(block(cidr));
    expect(account.openPrefixCount).toBe(prefixes);
    expect(drain(account).length).toBe(prefixes);
  });

  test("R-PD-5: one single address in each /28 leaves none, with 237 addresses free", () => {
    const account = new SubnetAddresses(block("10.0.1.0/24"));
    for (let n = 1; n < 15; n++) account.hold(address(`10.0.1.${n * 16}`), eniId);
    expect(account.availableCount).toBe(237);
    expect(account.pickPrefix(newRandom(1))).toBeUndefined();
    account.release(address("10.0.1.32"));
    expect(account.pickPrefix(newRandom(1))).toEqual(block("10.0.1.32/28"));
  });
});

describe("CIDR reservations", () => {
  test("the worked example: 251, 241, 225, 162, 162, 162, 225", () => {
    const account = new SubnetAddresses(block("10.0.1.0/24"));
    const counts = [account.availableCount];
    const note = (): number => counts.push(account.availableCount);
    for (let n = 4; n < 14; n++) account.hold(address(`10.0.1.${n}`), eniId);
    note();
    account.holdPrefix(block("10.0.1.16/28"), eniId);
    note();
    account.reserve(block("10.0.1.192/26"), "prefix");
    note();
    const prefix = account.pickPrefix(newRandom(3));
    if (prefix === undefined) throw new Error("no prefix");
    expect(cidrContains(block("10.0.1.192/26"), prefix.base)).toBe(true);
    account.holdPrefix(prefix, eniId);
    note();
    account.releasePrefix(prefix);
    note();
    account.unreserve(block("10.0.1.192/26"));
    note();
    expect(counts).toEqual([251, 241, 225, 162, 162, 162, 225]);
  });

  test.each([
    { type: "prefix" as const, first: "10.0.1.64/26", available: 187 },
    { type: "explicit" as const, first: "10.0.1.0/24", available: 251 },
  ])("automatic prefixes, with a reservation of type $type", ({ type, first, available }) => {
    const account = new SubnetAddresses(block("10.0.1.0/24"));
    account.reserve(block("10.0.1.64/26"), type);
    expect(account.availableCount).toBe(available);
    const prefixes = drain(account);
    const reserved = prefixes.filter(({ base }) => cidrContains(block("10.0.1.64/26"), base));
    expect(reserved.length).toBe(type === "prefix" ? 4 : 0);
    // Those of the reservation come first.
    const early = prefixes.slice(0, 4);
    expect(early.every(({ base }) => cidrContains(block(first), base))).toBe(true);
    expect(prefixes.length).toBe(type === "prefix" ? 14 : 10);
  });

  test.each(["prefix", "explicit"] as const)("automatic addresses avoid type %s", (type) => {
    const account = new SubnetAddresses(block("10.0.1.0/26"));
    account.reserve(block("10.0.1.16/28"), type);
    const random = newRandom(5);
    const picked: Ipv4[] = [];
    for (let ip = account.pick(random); ip !== undefined; ip = account.pick(random)) {
      account.hold(ip, eniId);
      picked.push(ip);
    }
    expect(picked.length).toBe(59 - 16);
    expect(picked.some((ip) => cidrContains(block("10.0.1.16/28"), ip))).toBe(false);
  });

  test("an address that was held before makes its /28 undeliverable until it is released", () => {
    const account = new SubnetAddresses(block("10.0.1.0/26"));
    account.hold(address("10.0.1.20"), eniId);
    account.reserve(block("10.0.1.16/28"), "prefix");
    expect(account.pickPrefix(newRandom(1))).toEqual(block("10.0.1.32/28"));
    account.release(address("10.0.1.20"));
    expect(account.pickPrefix(newRandom(1))).toEqual(block("10.0.1.16/28"));
    expect(account.pick(newRandom(1))).not.toEqual(address("10.0.1.20"));
  });

  test("a reservation smaller than a /28 has no prefix, and spoils its /28", () => {
    const account = new SubnetAddresses(block("10.0.1.0/26"));
    account.reserve(block("10.0.1.16/30"), "prefix");
    expect(drain(account)).toEqual([block("10.0.1.32/28")]);
  });
});

test("tells who holds an address, by itself or in a prefix", () => {
  const account = new SubnetAddresses(block("10.0.1.0/24"));
  account.hold(address("10.0.1.4"), eniId);
  account.holdPrefix(block("10.0.1.16/28"), otherId);
  const holders = ["10.0.1.4", "10.0.1.5", "10.0.1.31"].map((text) =>
    account.holderOf(address(text)),
  );
  expect(holders).toEqual([eniId, undefined, otherId]);
});

test.each([
  { name: "an address twice", act: (it: SubnetAddresses) => it.hold(address("10.0.1.4"), eniId) },
  {
    name: "a prefix over it",
    act: (it: SubnetAddresses) => it.holdPrefix(block("10.0.1.0/28"), eniId),
  },
  {
    name: "releases what nobody holds",
    act: (it: SubnetAddresses) => it.release(address("10.0.1.5")),
  },
  {
    name: "releases a free prefix",
    act: (it: SubnetAddresses) => it.releasePrefix(block("10.0.1.16/28")),
  },
  { name: "a /27", act: (it: SubnetAddresses) => it.holdPrefix(block("10.0.1.32/27"), eniId) },
])("a bug is stopped: $name", ({ act }) => {
  const account = new SubnetAddresses(block("10.0.1.0/24"));
  account.hold(address("10.0.1.4"), eniId);
  expect(() => act(account)).toThrow();
});

test("any sequence keeps the count: size − 5 − held − free in prefix reservations", () => {
  const step = fc.record({
    act: fc.constantFrom("hold", "holdPrefix", "release", "releasePrefix", "reserve", "unreserve"),
    at: fc.nat(63),
    kind: fc.constantFrom("prefix" as const, "explicit" as const),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.nat(), (steps, seed) => {
      const model = new Model(seed);
      for (const { act, at, kind } of steps) {
        model.step(act, { at, kind });
        model.check();
      }
      model.undoAll();
      expect(model.account.availableCount).toBe(251);
      expect(model.account.openPrefixCount).toBe(14);
    }),
  );
});

/** The same account as plain lists. */
class Model {
  readonly account: SubnetAddresses = new SubnetAddresses(block("10.0.1.0/24"));
  readonly #random: Random;
  readonly #singles: Ipv4[] = [];
  readonly #prefixes: Cidr[] = [];
  readonly #reservations: { cidr: Cidr; kind: "prefix" | "explicit" }[] = [];

  constructor(seed: number) {
    this.#random = newRandom(seed);
  }

  step(act: string, { at, kind }: { at: number; kind: "prefix" | "explicit" }): void {
    if (act === "hold") {
      const ip = this.account.pick(this.#random);
      if (ip === undefined) return;
      this.account.hold(ip, eniId);
      this.#singles.push(ip);
    } else if (act === "holdPrefix") {
      const prefix = this.account.pickPrefix(this.#random);
      if (prefix === undefined) return;
      this.account.holdPrefix(prefix, eniId);
      this.#prefixes.push(prefix);
    } else if (act === "release") {
      const [ip] = this.#singles.splice(at, 1);
      if (ip !== undefined) this.account.release(ip);
    } else if (act === "releasePrefix") {
      const [prefix] = this.#prefixes.splice(at, 1);
      if (prefix !== undefined) this.account.releasePrefix(prefix);
    } else if (act === "reserve") {
      const cidr = cidrOf(address(`10.0.1.${at * 4}`), 24 + (at % 7));
      if (this.#reservations.some((other) => overlap(other.cidr, cidr))) return;
      this.account.reserve(cidr, kind);
      this.#reservations.push({ cidr, kind });
    } else {
      const [reservation] = this.#reservations.splice(at % 3, 1);
      if (reservation !== undefined) this.account.unreserve(reservation.cidr);
    }
  }

  check(): void {
    const texts = this.#prefixes.map(formatCidr);
    expect(new Set(texts).size).toBe(texts.length);
    let free = 0;
    let open = 0;
    for (let n = 4; n < 255; n++) {
      const ip = address(`10.0.1.${n}`);
      const held =
        this.#singles.includes(ip) || this.#prefixes.some((prefix) => cidrContains(prefix, ip));
      expect(this.account.isFree(ip)).toBe(!held);
      if (held) continue;
      free++;
      if (!this.#reservations.some(({ cidr, kind }) => kind === "prefix" && cidrContains(cidr, ip)))
        open++;
    }
    expect(free).toBe(251 - this.#singles.length - 16 * this.#prefixes.length);
    expect(this.account.availableCount).toBe(open);
  }

  undoAll(): void {
    for (const ip of this.#singles) this.account.release(ip);
    for (const prefix of this.#prefixes) this.account.releasePrefix(prefix);
    for (const { cidr } of this.#reservations) this.account.unreserve(cidr);
  }
}

function overlap(a: Cidr, b: Cidr): boolean {
  return cidrContains(a, b.base) || cidrContains(b, a.base);
}

function drain(account: SubnetAddresses): readonly Cidr[] {
  const random = newRandom(9);
  const prefixes: Cidr[] = [];
  for (let next = account.pickPrefix(random); next; next = account.pickPrefix(random)) {
    account.holdPrefix(next, eniId);
    prefixes.push(next);
  }
  return prefixes;
}
