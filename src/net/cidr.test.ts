import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/index.ts";
import {
  type Cidr,
  cidrContains,
  cidrCovers,
  cidrLast,
  cidrOf,
  cidrsEqual,
  cidrSize,
  cidrsOverlap,
  formatCidr,
  formatIpv4,
  type Ipv4,
  parseCidr,
  parseCidrLoose,
  parseIpv4,
  toIpv4,
} from "./index.ts";

const anyIpv4 = fc.nat({ max: 2 ** 32 - 1 }).map(toIpv4);
const anyBits = fc.nat({ max: 32 });
const anyCidr = fc.tuple(anyIpv4, anyBits).map(([ip, bits]) => cidrOf(ip, bits));

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`bad CIDR in a test: ${text}`);
  return parsed;
}

function ip(text: string): Ipv4 {
  const parsed = parseIpv4(text);
  if (parsed === undefined) throw new Error(`bad address in a test: ${text}`);
  return parsed;
}

describe("reading", () => {
  test.each([
    { text: "10.0.0.0/16", base: 0x0a000000, bits: 16 },
    { text: "0.0.0.0/0", base: 0, bits: 0 },
    { text: "255.255.255.255/32", base: 0xffffffff, bits: 32 },
    { text: "100.64.0.0/10", base: 0x64400000, bits: 10 },
  ])("$text", ({ text, base, bits }) => {
    expect(parseCidr(text)).toEqual({ base, bits });
  });

  test.each([
    { name: "no length", text: "10.0.0.0" },
    { name: "an empty length", text: "10.0.0.0/" },
    { name: "a length over 32", text: "10.0.0.0/33" },
    { name: "a leading zero", text: "10.0.0.0/08" },
    { name: "two lengths", text: "10.0.0.0/8/8" },
    { name: "a bad address", text: "10.0.0/8" },
    { name: "white space", text: "10.0.0.0/8 " },
    { name: "a mask", text: "10.0.0.0/255.0.0.0" },
    { name: "nothing", text: "" },
  ])("$name is refused, strictly and loosely", ({ text }) => {
    expect(parseCidr(text)).toBeUndefined();
    expect(parseCidrLoose(text)).toBeUndefined();
  });

  test("bits after the prefix: refused strictly, cleared loosely", () => {
    expect(parseCidr("10.0.0.1/24")).toBeUndefined();
    expect(parseCidrLoose("10.0.0.1/24")).toEqual(cidr("10.0.0.0/24"));
    expect(parseCidrLoose("200.1.2.3/0")).toEqual(cidr("0.0.0.0/0"));
  });

  test("the text leads back to the block", () => {
    fc.assert(
      fc.property(anyCidr, (block) => {
        expect(parseCidr(formatCidr(block))).toEqual(block);
      }),
    );
  });

  test("a loose block is the one that holds the address", () => {
    fc.assert(
      fc.property(anyIpv4, anyBits, (address, bits) => {
        const block = parseCidrLoose(`${formatIpv4(address)}/${bits}`);
        expect(block).toEqual(cidrOf(address, bits));
        expect(block !== undefined && cidrContains(block, address)).toBe(true);
      }),
    );
  });
});

describe("size and end", () => {
  test.each([
    { text: "10.0.0.0/28", size: 16, last: "10.0.0.15" },
    { text: "10.0.1.0/24", size: 256, last: "10.0.1.255" },
    { text: "0.0.0.0/0", size: 2 ** 32, last: "255.255.255.255" },
    { text: "10.0.0.7/32", size: 1, last: "10.0.0.7" },
  ])("$text has $size addresses up to $last", ({ text, size, last }) => {
    expect(cidrSize(cidr(text))).toBe(size);
    expect(cidrLast(cidr(text))).toBe(ip(last));
  });
});

describe("one in another", () => {
  test.each([
    { outer: "10.0.0.0/16", inner: "10.0.255.0/24", covers: true, overlap: true },
    { outer: "10.0.255.0/24", inner: "10.0.0.0/16", covers: false, overlap: true },
    { outer: "10.0.0.0/16", inner: "10.0.0.0/16", covers: true, overlap: true },
    { outer: "10.0.0.0/16", inner: "10.1.0.0/16", covers: false, overlap: false },
    { outer: "0.0.0.0/0", inner: "240.0.0.0/4", covers: true, overlap: true },
  ])("$outer and $inner", ({ outer, inner, covers, overlap }) => {
    expect(cidrCovers(cidr(outer), cidr(inner))).toBe(covers);
    expect(cidrsOverlap(cidr(outer), cidr(inner))).toBe(overlap);
  });

  test("the addresses beside a block are not in it", () => {
    const block = cidr("10.0.1.0/24");
    expect(
      ["10.0.0.255", "10.0.1.0", "10.0.1.255", "10.0.2.0"].map((text) =>
        cidrContains(block, ip(text)),
      ),
    ).toEqual([false, true, true, false]);
  });

  test("overlap is symmetric, and two blocks overlap when one holds the other's first address", () => {
    fc.assert(
      fc.property(anyCidr, anyCidr, (a, b) => {
        expect(cidrsOverlap(a, b)).toBe(cidrsOverlap(b, a));
        expect(cidrsOverlap(a, b)).toBe(cidrContains(a, b.base) || cidrContains(b, a.base));
      }),
    );
  });

  test("blocks are equal when each covers the other", () => {
    fc.assert(
      fc.property(anyCidr, anyBits, (a, bits) => {
        const b = cidrOf(a.base, bits);
        expect(cidrsEqual(a, b)).toBe(cidrCovers(a, b) && cidrCovers(b, a));
      }),
    );
    expect(cidrsEqual(cidr("10.0.0.0/24"), cidr("10.0.1.0/24"))).toBe(false);
  });
});

test.each([-1, 33, 1.5, NaN])("a length of %d is a bug", (bits) => {
  expect(() => cidrOf(toIpv4(0), bits)).toThrow(InvariantError);
});
