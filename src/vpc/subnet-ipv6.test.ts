import { expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { newId } from "../facts/index.ts";
import { addIpv6, type Ipv6, parseCidr6, parseIpv6 } from "../net/index.ts";
import { SubnetIpv6 } from "./subnet-ipv6.ts";

const eniId = newId("eni", newRandom(1));
const cidr = parseCidr6("2001:db8::/64") ?? fail();

test("keeps the first four addresses and the last", () => {
  const account = new SubnetIpv6(cidr);
  const kept = ["2001:db8::", "2001:db8::3", "2001:db8::4"].map((text) => account.keeps(ip(text)));
  expect(kept).toEqual([true, true, false]);
  expect(account.keeps(addIpv6(cidr.base, (1n << 64n) - 1n))).toBe(true);
  expect(account.keeps(addIpv6(cidr.base, (1n << 64n) - 2n))).toBe(false);
});

test("picks addresses that nobody holds, and knows who holds them afterwards", () => {
  const account = new SubnetIpv6(cidr);
  const random = newRandom(2);
  const picked = new Set<Ipv6>();
  for (let n = 0; n < 100; n++) {
    const next = account.pick(random);
    account.hold(next, eniId);
    picked.add(next);
  }
  expect(picked.size).toBe(100);
  for (const next of picked) {
    expect(account.holderOf(next)).toBe(eniId);
    account.release(next);
    expect(account.holderOf(next)).toBeUndefined();
  }
});

test("picks again when the address is held already", () => {
  const account = new SubnetIpv6(cidr);
  account.hold(account.pick(newRandom(4)), eniId);
  // The same numbers lead to the address that is held now.
  const next = account.pick(newRandom(4));
  expect(account.holderOf(next)).toBeUndefined();
});

test("a /80 with a single address can't be delegated until the last one is released", () => {
  const account = new SubnetIpv6(cidr);
  const base = ip("2001:db8:0:0:7::");
  for (const n of [1n, 2n]) account.hold(addIpv6(base, n), eniId);
  expect(account.isFreePrefix(base)).toBe(false);
  account.release(addIpv6(base, 1n));
  expect(account.isFreePrefix(base)).toBe(false);
  account.release(addIpv6(base, 2n));
  expect(account.isFreePrefix(base)).toBe(true);
  account.holdPrefix(base, eniId);
  expect(account.holderOf(addIpv6(base, 9n))).toBe(eniId);
  account.releasePrefix(base);
  expect(account.holderOf(base)).toBeUndefined();
});

test("the first and the last /80 are never delegated; when all others are, none is left", () => {
  const account = new SubnetIpv6(cidr);
  const random = newRandom(3);
  for (let index = 1n; index < 65_535n; index++) {
    account.holdPrefix(addIpv6(cidr.base, index << 48n), eniId);
  }
  expect(account.pickPrefix(random)).toBeUndefined();
  // Single addresses still come from those two.
  const place = account.pick(random) - cidr.base;
  expect([0n, 65_535n]).toContain(place >> 48n);
});

test.each([
  { name: "an address twice", act: (it: SubnetIpv6) => it.hold(ip("2001:db8::4"), eniId) },
  { name: "a kept /80", act: (it: SubnetIpv6) => it.holdPrefix(ip("2001:db8::"), eniId) },
  { name: "releases nothing", act: (it: SubnetIpv6) => it.release(ip("2001:db8::5")) },
  { name: "releases no prefix", act: (it: SubnetIpv6) => it.releasePrefix(ip("2001:db8::")) },
])("a bug is stopped: $name", ({ act }) => {
  const account = new SubnetIpv6(cidr);
  account.hold(ip("2001:db8::4"), eniId);
  expect(() => act(account)).toThrow();
});

test("a subnet has a /64", () => {
  expect(() => new SubnetIpv6({ base: cidr.base, bits: 56 })).toThrow("a /64");
});

function ip(text: string): Ipv6 {
  return parseIpv6(text) ?? fail();
}

function fail(): never {
  throw new Error("the test is wrong");
}
