import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cidr6Of, cidrOf, type Ip, macFromBytes, toIpv4, toIpv6 } from "../../net/index.ts";
import { cidr, ip, ip6 } from "../testing/values.ts";
import { newAddressRequest, parseAddress } from "./address-message.ts";
import { ByteWriter } from "./byte-writer.ts";
import { formatPrefix, hostBits, hostPrefix, type Prefix, prefixesEqual } from "./ip.ts";
import { parseLink } from "./link-message.ts";
import { newNeighbourRequest, parseNeighbour } from "./neighbour-message.ts";
import { newRouteRequest, parseRoute, ROUTE_TYPE, SCOPE } from "./route-message.ts";
import { describeRule, newRuleRequest, parseRule, type Rule } from "./rule-message.ts";

const POD = cidr("10.0.1.11/32");

const anyIp: fc.Arbitrary<Ip> = fc.oneof(
  fc.nat(0xffff_ffff).map((value): Ip => toIpv4(value)),
  fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((value): Ip => toIpv6(value)),
);
const anyPrefix: fc.Arbitrary<Prefix> = fc
  .tuple(anyIp, fc.nat(128))
  .map(([base, bits]): Prefix =>
    typeof base === "number" ? cidrOf(base, Math.min(bits, 32)) : cidr6Of(base, bits),
  );
const anyIndex = fc.integer({ min: 1, max: 0x7fff_ffff });
const anyTable = fc.integer({ min: 1, max: 0xffff_ffff });
const anyMac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => macFromBytes(bytes));

describe("laws: what is written is read", () => {
  test("addresses", () => {
    fc.assert(
      fc.property(anyIndex, anyIp, fc.nat(32), (linkIndex, address, bits) => {
        const parsed = parseAddress(newAddressRequest({ linkIndex, address, bits }).body);
        expect(parsed).toMatchObject({ linkIndex, address, bits, scope: 0, unusable: false });
        const hasBroadcast = typeof address === "number" && bits < 31;
        expect(parsed.broadcast !== undefined).toBe(hasBroadcast);
      }),
    );
  });

  test("routes", () => {
    const anyRoute = fc.record(
      { destination: anyPrefix, table: anyTable, linkIndex: anyIndex, onlink: fc.boolean() },
      { requiredKeys: ["destination"] },
    );
    fc.assert(
      fc.property(anyRoute, anyIp, fc.boolean(), (spec, other, hasGateway) => {
        const route = { ...spec, ...(hasGateway ? { via: other, preferredSource: other } : {}) };
        expect(parseRoute(newRouteRequest("add", route).body)).toEqual({
          table: 254,
          linkIndex: undefined,
          via: undefined,
          preferredSource: undefined,
          onlink: false,
          protocol: 3,
          type: ROUTE_TYPE.unicast,
          scope: hasGateway ? SCOPE.universe : SCOPE.link,
          ...route,
        });
      }),
    );
  });

  test("rules", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9.]{0,14}$/);
    const number = fc.nat(0xffff_ffff);
    const anyRule: fc.Arbitrary<Rule> = fc
      .record(
        { priority: number, table: anyTable, mark: number, mask: number, inputLink: name },
        { requiredKeys: ["priority", "table"] },
      )
      .chain((rule) =>
        anyPrefix
          .filter(({ bits }) => bits > 0)
          .chain((from) => fc.constantFrom(rule, { ...rule, from }, { ...rule, to: from })),
      );
    fc.assert(
      fc.property(anyRule, (rule) => {
        expect(parseRule(newRuleRequest(rule).body)).toEqual(rule);
      }),
    );
  });

  test("neighbours", () => {
    fc.assert(
      fc.property(anyIndex, anyIp, anyMac, (linkIndex, address, mac) => {
        const parsed = parseNeighbour(newNeighbourRequest("add", { linkIndex, address, mac }).body);
        expect(parsed).toEqual({ linkIndex, address, mac, permanent: true });
      }),
    );
  });
});

describe("reading what only the kernel writes", () => {
  test("a link with all attributes, and one with none", () => {
    const full = new ByteWriter().u8(0).u8(0).u16(1).u32(4).u32(0x1_1043).u32(0);
    full.attributeText(3, "eth1").attributeBytes(1, Uint8Array.of(2, 0, 0, 0, 0, 1));
    full.attributeU32(4, 9001).attributeU32(5, 3).attributeU32(13, 0);
    full.attribute(18, (inner) => inner.attributeText(1, "veth"));
    expect(parseLink(full.finish())).toEqual({
      index: 4,
      name: "eth1",
      mac: "02:00:00:00:00:01",
      mtu: 9001,
      up: true,
      carrier: true,
      kind: "veth",
      peerIndex: 3,
      txQueueLength: 0,
    });
    const bare = new ByteWriter()
      .zeros(4)
      .u32(5)
      .zeros(8)
      .attributeBytes(1, Uint8Array.of(1, 2, 3, 4));
    expect(parseLink(bare.finish())).toMatchObject({
      index: 5,
      name: "",
      mac: undefined,
      mtu: 0,
      up: false,
    });
  });

  test("an IPv6 address still being checked; flags may be in the header only", () => {
    const base = (flags: number): ByteWriter =>
      new ByteWriter().u8(10).u8(64).u8(flags).u8(253).u32(2);
    const long = base(0x80).attributeBytes(1, new Uint8Array(16)).attributeU32(8, 0xc0);
    expect(parseAddress(long.finish())).toMatchObject({
      scope: 253,
      unusable: true,
      broadcast: undefined,
    });
    expect(parseAddress(base(0x08).finish())).toMatchObject({ address: 0n, unusable: true });
    expect(parseAddress(new ByteWriter().u8(2).zeros(7).finish())).toMatchObject({
      address: 0,
      unusable: false,
    });
  });

  test("default routes have no destination attribute", () => {
    const body = (family: number): Uint8Array => new ByteWriter().u8(family).zeros(11).finish();
    expect(parseRoute(body(2)).destination).toEqual({ base: 0, bits: 0 });
    expect(parseRoute(body(10)).destination).toEqual({ base: 0n, bits: 0 });
  });

  test("a rule without attributes, and a neighbour that is not resolved", () => {
    expect(parseRule(new ByteWriter().u8(2).zeros(3).u8(255).zeros(7).finish())).toEqual({
      priority: 0,
      table: 255,
    });
    const neighbour = (family: number): ByteWriter =>
      new ByteWriter().u8(family).zeros(3).u32(7).u16(1).zeros(2);
    expect(parseNeighbour(neighbour(2).finish())).toEqual({
      linkIndex: 7,
      address: 0,
      mac: undefined,
      permanent: false,
    });
    expect(
      parseNeighbour(neighbour(10).attributeBytes(2, new Uint8Array(4)).finish()),
    ).toMatchObject({
      address: 0n,
      mac: undefined,
    });
  });
});

describe("addresses of either family", () => {
  test("single-address blocks, their text and their comparison", () => {
    const four = ip("10.0.0.11");
    expect(formatPrefix(hostPrefix(four))).toBe("10.0.0.11/32");
    expect(formatPrefix(hostPrefix(ip6("::1")))).toBe("::1/128");
    expect([hostBits(four), hostBits(ip6("::1"))]).toEqual([32, 128]);
    expect(prefixesEqual(POD, cidr("10.0.1.11/32"))).toBe(true);
    expect(prefixesEqual(POD, undefined)).toBe(false);
    expect(prefixesEqual(undefined, undefined)).toBe(true);
    expect(prefixesEqual(cidr("10.0.0.0/8"), cidr("10.0.0.0/9"))).toBe(false);
  });

  test("a rule by mark without mask, or with nothing at all", () => {
    expect(describeRule({ mark: 128 })).toBe("from all fwmark 0x80");
    expect(describeRule({})).toBe("from all");
  });
});
