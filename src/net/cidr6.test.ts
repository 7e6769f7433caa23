import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/index.ts";
import { cidr6Contains, cidr6Of, formatCidr6, formatIpv6, parseCidr6, toIpv6 } from "./index.ts";

const anyIpv6 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map(toIpv6);
const anyBits = fc.nat({ max: 128 });

describe("IPv6 blocks", () => {
  test.each(["::/0", "fd00:ec2::254/128", "2001:db8:0:1::/64", "2001:db8::/80", "fd00::/8"])(
    "%s is read and written",
    (text) => {
      const cidr = parseCidr6(text);
      expect(cidr === undefined ? cidr : formatCidr6(cidr)).toBe(text);
    },
  );

  test.each([
    { name: "no length", text: "::" },
    { name: "a length over 128", text: "::/129" },
    { name: "a leading zero", text: "::/064" },
    { name: "bits after the prefix", text: "2001:db8::1/64" },
    { name: "a bad address", text: "2001:db8/64" },
    { name: "IPv4", text: "10.0.0.0/8" },
  ])("$name is refused", ({ text }) => {
    expect(parseCidr6(text)).toBeUndefined();
  });

  test("the text leads back to the block, and the block holds the address it was made of", () => {
    fc.assert(
      fc.property(anyIpv6, anyBits, (ip, bits) => {
        const cidr = cidr6Of(ip, bits);
        expect(parseCidr6(formatCidr6(cidr))).toEqual(cidr);
        expect(cidr6Contains(cidr, ip)).toBe(true);
      }),
    );
  });

  test("an address that differs within the prefix is outside", () => {
    fc.assert(
      fc.property(anyIpv6, fc.integer({ min: 1, max: 128 }), (ip, bits) => {
        const other = toIpv6(ip ^ (1n << BigInt(128 - bits)));
        expect(cidr6Contains(cidr6Of(ip, bits), other)).toBe(false);
      }),
    );
  });

  test("clearing the bits after the prefix", () => {
    expect(formatIpv6(cidr6Of(toIpv6((1n << 128n) - 1n), 80).base)).toBe(
      "ffff:ffff:ffff:ffff:ffff::",
    );
  });

  test.each([-1, 129, 0.5])("a length of %d is a bug", (bits) => {
    expect(() => cidr6Of(toIpv6(0n), bits)).toThrow(InvariantError);
  });
});
