import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/index.ts";
import { addIpv4, formatIpv4, ipv4Bytes, ipv4FromBytes, parseIpv4, toIpv4 } from "./index.ts";

const anyIpv4 = fc.nat({ max: 2 ** 32 - 1 }).map(toIpv4);

describe("IPv4 addresses", () => {
  test.each([
    { text: "0.0.0.0", want: 0 },
    { text: "10.0.0.1", want: 0x0a000001 },
    { text: "192.168.255.254", want: 0xc0a8fffe },
    { text: "255.255.255.255", want: 0xffffffff },
  ])("$text is $want", ({ text, want }) => {
    expect(parseIpv4(text)).toBe(want);
  });

  test.each([
    { name: "nothing", text: "" },
    { name: "three numbers", text: "10.0.0" },
    { name: "five numbers", text: "10.0.0.0.1" },
    { name: "a number over 255", text: "10.0.0.256" },
    { name: "a leading zero", text: "10.0.0.01" },
    { name: "only zeros", text: "10.0.0.00" },
    { name: "white space before", text: " 10.0.0.1" },
    { name: "a new line at the end", text: "10.0.0.1\n" },
    { name: "a sign", text: "10.0.0.+1" },
    { name: "hexadecimal", text: "10.0.0.0x1" },
    { name: "an empty number", text: "10..0.1" },
    { name: "a prefix length", text: "10.0.0.1/8" },
    { name: "other digits", text: "10.0.0.١" },
  ])("$name is refused", ({ text }) => {
    expect(parseIpv4(text)).toBeUndefined();
  });

  test("text and bytes lead back to the address", () => {
    fc.assert(
      fc.property(anyIpv4, (ip) => {
        expect(parseIpv4(formatIpv4(ip))).toBe(ip);
        expect(ipv4FromBytes(ipv4Bytes(ip))).toBe(ip);
      }),
    );
  });

  test("what is read is written the same: there is one text for an address", () => {
    const octet = fc.oneof(
      fc.nat({ max: 300 }).map(String),
      fc.constantFrom("", "00", "007", "-1"),
    );
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), (octets) => {
        const text = octets.join(".");
        const ip = parseIpv4(text);
        fc.pre(ip !== undefined);
        expect(formatIpv4(ip)).toBe(text);
      }),
    );
  });

  test("bytes are in network order", () => {
    expect([...ipv4Bytes(toIpv4(0x0a010203))]).toEqual([10, 1, 2, 3]);
  });

  test("adding counts up and down", () => {
    expect(addIpv4(toIpv4(255), 1)).toBe(256);
    expect(addIpv4(toIpv4(256), -1)).toBe(255);
    expect(addIpv4(toIpv4(0x7fffffff), 1)).toBe(0x80000000);
  });

  test.each([
    { name: "past the end", run: () => addIpv4(toIpv4(0xffffffff), 1) },
    { name: "before the beginning", run: () => addIpv4(toIpv4(0), -1) },
    { name: "a fraction", run: () => toIpv4(1.5) },
    { name: "no number", run: () => toIpv4(NaN) },
    { name: "three bytes", run: () => ipv4FromBytes([10, 0, 0]) },
  ])("$name is a bug", ({ run }) => {
    expect(run).toThrow(InvariantError);
  });
});
