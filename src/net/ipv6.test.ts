import fc from "fast-check";
import { isIPv6 } from "node:net";
import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/index.ts";
import { addIpv6, formatIpv6, ipv6Bytes, ipv6FromBytes, parseIpv6, toIpv6 } from "./index.ts";

const anyIpv6 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map(toIpv6);
/** Addresses with many zero groups, which the short form is about. */
const sparseIpv6 = fc
  .array(fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 0xffffn })), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => toIpv6(groups.reduce((value, group) => (value << 16n) | group, 0n)));

describe("IPv6 addresses", () => {
  test.each([
    { text: "::", want: "::" },
    { text: "::1", want: "::1" },
    { text: "1::", want: "1::" },
    { text: "2001:DB8::A", want: "2001:db8::a" },
    { text: "2001:0db8:0000:0000:0000:0000:0000:0001", want: "2001:db8::1" },
    { text: "2001:db8:0:0:1:0:0:1", want: "2001:db8::1:0:0:1" },
    { text: "2001:0:0:1:0:0:0:1", want: "2001:0:0:1::1" },
    { text: "1:2:3:4:5:6:7::", want: "1:2:3:4:5:6:7:0" },
    { text: "::2:3:4:5:6:7:8", want: "0:2:3:4:5:6:7:8" },
    { text: "1:0:3:4:5:6:7:8", want: "1:0:3:4:5:6:7:8" },
    { text: "1:2:3:4:5:6:7:8", want: "1:2:3:4:5:6:7:8" },
    { text: "::ffff:10.0.0.1", want: "::ffff:10.0.0.1" },
    { text: "::ffff:0a00:1", want: "::ffff:10.0.0.1" },
    { text: "64:ff9b::10.0.0.1", want: "64:ff9b::a00:1" },
    { text: "1:2:3:4:5:6:10.0.0.1", want: "1:2:3:4:5:6:a00:1" },
  ])("RFC 5952: $text is written $want", ({ text, want }) => {
    const ip = parseIpv6(text);
    expect(ip === undefined ? ip : formatIpv6(ip)).toBe(want);
  });

  test.each([
    { name: "nothing", text: "" },
    { name: "seven groups", text: "1:2:3:4:5:6:7" },
    { name: "nine groups", text: "1:2:3:4:5:6:7:8:9" },
    { name: "eight groups and ::", text: "1:2:3:4::5:6:7:8" },
    { name: "two ::", text: "1::2::3" },
    { name: ":::", text: ":::" },
    { name: "a colon at the beginning", text: ":1:2:3:4:5:6:7" },
    { name: "a colon at the end", text: "1:2:3:4:5:6:7:" },
    { name: "five digits", text: "12345::" },
    { name: "a letter past f", text: "::g" },
    { name: "a zone", text: "fe80::1%eth0" },
    { name: "white space", text: " ::1" },
    { name: "a new line at the end", text: "::1\n" },
    { name: "dots in the middle", text: "::10.0.0.1:1" },
    { name: "dots before ::", text: "10.0.0.1::" },
    { name: "dots and too many groups", text: "1:2:3:4:5:6:7:10.0.0.1" },
    { name: "a bad dotted tail", text: "::10.0.0.256" },
    { name: "IPv4", text: "10.0.0.1" },
  ])("$name is refused", ({ text }) => {
    expect(parseIpv6(text)).toBeUndefined();
  });

  test("text and bytes lead back to the address", () => {
    fc.assert(
      fc.property(fc.oneof(anyIpv6, sparseIpv6), (ip) => {
        expect(parseIpv6(formatIpv6(ip))).toBe(ip);
        expect(ipv6FromBytes(ipv6Bytes(ip))).toBe(ip);
      }),
    );
  });

  test("exactly the texts that Node takes are taken", () => {
    const part = fc.constantFrom("0", "1", "ffff", "12345", "", "10.0.0.1", "g", "00a");
    const text = fc.array(part, { maxLength: 9 }).map((parts) => parts.join(":"));
    fc.assert(
      fc.property(text, (candidate) => {
        expect(parseIpv6(candidate) !== undefined).toBe(isIPv6(candidate));
      }),
      { numRuns: 2000 },
    );
  });

  test("the written form is the shortest and in the form that URL writes, dotted tails aside", () => {
    fc.assert(
      fc.property(sparseIpv6, (ip) => {
        fc.pre(ip >> 32n !== 0xffffn);
        expect(`[${formatIpv6(ip)}]`).toBe(new URL(`http://[${formatIpv6(ip)}]`).hostname);
      }),
    );
  });

  test("adding counts up and down", () => {
    expect(formatIpv6(addIpv6(toIpv6(0xffffn), 1n))).toBe("::1:0");
    expect(addIpv6(toIpv6(1n), -1n)).toBe(0n);
  });

  test.each([
    { name: "before the beginning", run: () => addIpv6(toIpv6(0n), -1n) },
    { name: "past the end", run: () => toIpv6(1n << 128n) },
    { name: "four bytes", run: () => ipv6FromBytes([10, 0, 0, 1]) },
  ])("$name is a bug", ({ run }) => {
    expect(run).toThrow(InvariantError);
  });
});
