import { describe, expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { newId } from "../facts/index.ts";
import { formatIpv4, parseCidr6, parseIpv6 } from "../net/index.ts";
import type { AssignAddresses, Ipv6AddressSet, Ipv6Request } from "./eni.ts";
import {
  address,
  attachNew,
  block,
  codeOf,
  messageOf,
  must,
  regionWithSubnet,
  startInstance,
  testRegion,
} from "./test-region.ts";

const unknown = newId("eni", newRandom(80));

describe("assigning", () => {
  test("returns only what was added", () => {
    const { region, subnetId } = regionWithSubnet();
    const eni = must(region.enis.create({ subnetId, secondaryCount: 2 }));
    const follower = region.follow();
    const added = must(region.addresses.assign({ eniId: eni.id, secondaryCount: 3 }));
    expect([added.addresses.length, added.prefixes.length]).toEqual([3, 0]);
    const now = must(region.records.enis.find(eni.id));
    expect(now.addresses).toEqual([...eni.addresses, ...added.addresses]);
    const changes = follower.drain();
    expect(changes).toEqual([
      { kind: "addressesAssigned", eniId: eni.id, ...added, atMs: region.nowMs },
    ]);
    const more = must(region.addresses.assign({ eniId: eni.id, prefixCount: 2 }));
    expect([more.addresses.length, more.prefixes.length]).toEqual([0, 2]);
    expect(region.subnets.availableCount(subnetId)).toBe(251 - 6 - 32);
    const named = [block("10.0.1.16/28")].filter((cidr) => !now.prefixes.includes(cidr));
    expect(named.length).toBe(1);
  });

  test.each([
    { instanceType: "m5.large", limit: 10 },
    { instanceType: "t3.medium", limit: 6 },
    { instanceType: "m5.xlarge", limit: 15 },
  ])(
    "R-IP-2: an ENI of $instanceType has $limit addresses and no more",
    ({ instanceType, limit }) => {
      const { region, subnetId } = regionWithSubnet();
      const instanceId = startInstance(region, { subnetId, instanceType });
      const eni = attachNew(region, { subnetId, instanceId, deviceIndex: 1, secondaryCount: 1 });
      const assign = (secondaryCount: number): string => {
        return codeOf(region.addresses.assign({ eniId: eni.id, secondaryCount }));
      };
      expect(assign(limit - 1)).toBe("PrivateIpAddressLimitExceeded");
      expect(assign(limit - 2)).toBe("ok");
      expect(assign(1)).toBe("PrivateIpAddressLimitExceeded");
      const prefix = region.addresses.assign({ eniId: eni.id, prefixCount: 1 });
      expect(messageOf(prefix)).toBe("Number of private addresses will exceed limit.");
    },
  );

  test("R-PD-2: each prefix takes one slot: c5.large has 9 prefixes, 144 addresses for pods", () => {
    const { region, subnetId } = regionWithSubnet();
    const instanceId = startInstance(region, { subnetId, instanceType: "c5.large" });
    const { id } = attachNew(region, { subnetId, instanceId, deviceIndex: 1 });
    expect(codeOf(region.addresses.assign({ eniId: id, prefixCount: 9 }))).toBe("ok");
    expect(codeOf(region.addresses.assign({ eniId: id, prefixCount: 1 }))).toBe(
      "PrivateIpAddressLimitExceeded",
    );
  });

  test("R-PD-3: only Nitro and bare metal take prefixes", () => {
    const { region, subnetId } = regionWithSubnet();
    const give = (instanceType: string): string => {
      const instanceId = startInstance(region, { subnetId, instanceType });
      const [primary] = region.instances.enisOf(instanceId);
      return codeOf(region.addresses.assign({ eniId: primary?.id ?? unknown, prefixCount: 1 }));
    };
    expect(give("m4.large")).toBe("InvalidParameterCombination");
    expect(give("m5.large")).toBe("ok");
    expect(give("m5.metal")).toBe("ok");
  });

  test("an ENI without an instance has the largest limit of all types, 64", () => {
    const { region, subnetId } = regionWithSubnet();
    const { id } = must(region.enis.create({ subnetId }));
    expect(codeOf(region.addresses.assign({ eniId: id, secondaryCount: 64 }))).toBe(
      "PrivateIpAddressLimitExceeded",
    );
    expect(codeOf(region.addresses.assign({ eniId: id, secondaryCount: 63 }))).toBe("ok");
  });

  test("R-PD-5: the three ways in which a subnet is short", () => {
    const { region, subnetId } = regionWithSubnet("10.0.1.0/27");
    const { id } = must(region.enis.create({ subnetId, secondaryCount: 25 }));
    const one = region.addresses.assign({ eniId: id, secondaryCount: 2 });
    expect(codeOf(one)).toBe("InsufficientFreeAddressesInSubnet");
    // One address is free, and a prefix has 16.
    expect(codeOf(region.addresses.assign({ eniId: id, prefixCount: 1 }))).toBe(
      "InvalidParameterValue",
    );
    expect(codeOf(region.enis.create({ subnetId, prefixCount: 1 }))).toBe("InvalidParameterValue");
    expect(codeOf(region.addresses.assign({ eniId: id, secondaryCount: 1 }))).toBe("ok");
    expect(region.subnets.availableCount(subnetId)).toBe(0);
    const other = regionWithSubnet("10.0.1.0/27");
    const alone = must(other.region.enis.create({ subnetId: other.subnetId }));
    // 26 are free, but neither of the two /28s is: EC2 keeps addresses of both for itself.
    const block = other.region.addresses.assign({ eniId: alone.id, prefixCount: 1 });
    expect(codeOf(block)).toBe("InsufficientCidrBlocks");
    expect(other.region.subnets.availableCount(other.subnetId)).toBe(26);
  });

  test("several prefixes fail as a whole when not all can be found", () => {
    const { region, subnetId } = regionWithSubnet("10.0.1.0/26");
    const { id } = must(region.enis.create({ subnetId, primary: address("10.0.1.17") }));
    expect(codeOf(region.addresses.assign({ eniId: id, prefixCount: 2 }))).toBe(
      "InsufficientCidrBlocks",
    );
    expect(region.subnets.availableCount(subnetId)).toBe(58);
    expect(codeOf(region.addresses.assign({ eniId: id, prefixCount: 1 }))).toBe("ok");
  });

  test.each<{ name: string; ask: Omit<AssignAddresses, "eniId">; want: string }>([
    { name: "nothing", ask: {}, want: "MissingParameter" },
    { name: "none of them", ask: { secondaryCount: 0 }, want: "MissingParameter" },
    { name: "less than none", ask: { secondaryCount: -1 }, want: "InvalidParameterValue" },
    {
      name: "two ways",
      ask: { secondaryCount: 1, prefixCount: 1 },
      want: "InvalidParameterCombination",
    },
    { name: "outside", ask: { secondaries: [address("10.0.2.9")] }, want: "InvalidParameterValue" },
    {
      name: "reserved",
      ask: { secondaries: [address("10.0.1.2")] },
      want: "InvalidParameterValue",
    },
    { name: "named", ask: { secondaries: [address("10.0.1.9")] }, want: "ok" },
    { name: "a named prefix", ask: { prefixes: [block("10.0.1.32/28")] }, want: "ok" },
    { name: "a /29", ask: { prefixes: [block("10.0.1.32/29")] }, want: "InvalidParameterValue" },
    {
      name: "held by another",
      ask: { secondaries: [address("10.0.1.101")] },
      want: "InvalidParameterValue",
    },
    {
      name: "a prefix over it",
      ask: { prefixes: [block("10.0.1.96/28")] },
      want: "InvalidIPAddress.InUse",
    },
    {
      name: "a secondary that may move",
      ask: { secondaries: [address("10.0.1.101")], reassignment: "allow" },
      want: "ok",
    },
    {
      name: "a primary that may move",
      ask: { secondaries: [address("10.0.1.100")], reassignment: "allow" },
      want: "InvalidParameterValue",
    },
    {
      name: "a part of a prefix that may move",
      ask: { secondaries: [address("10.0.1.66")], reassignment: "allow" },
      want: "InvalidParameterValue",
    },
  ])("$name: $want", ({ ask, want }) => {
    const { region, subnetId } = regionWithSubnet();
    const { id } = must(region.enis.create({ subnetId, primary: address("10.0.1.5") }));
    const held = { subnetId, primary: address("10.0.1.100"), secondaries: [address("10.0.1.101")] };
    must(region.enis.create(held));
    must(
      region.enis.create({
        subnetId,
        primary: address("10.0.1.110"),
        prefixes: [block("10.0.1.64/28")],
      }),
    );
    expect(codeOf(region.addresses.assign({ eniId: id, ...ask }))).toBe(want);
  });

  test("a move takes the address from its ENI, tells both, and leaves the count as it was", () => {
    const { region, subnetId } = regionWithSubnet();
    const moving = address("10.0.1.101");
    const from = must(
      region.enis.create({ subnetId, secondaries: [moving, address("10.0.1.102")] }),
    );
    const to = must(region.enis.create({ subnetId }));
    const before = region.subnets.availableCount(subnetId);
    const follower = region.follow();
    must(region.addresses.assign({ eniId: to.id, secondaries: [moving], reassignment: "allow" }));
    expect(follower.drain().map(({ kind }) => kind)).toEqual([
      "addressesUnassigned",
      "addressesAssigned",
    ]);
    expect(region.records.enis.get(from.id)?.addresses).not.toContain(moving);
    expect(region.records.enis.get(to.id)?.addresses).toContain(moving);
    expect(region.subnets.availableCount(subnetId)).toBe(before);
    const refused = region.addresses.assign({ eniId: from.id, secondaries: [moving] });
    expect(messageOf(refused)).toBe("Some of [10.0.1.101] are assigned, but move is not allowed.");
  });

  test("a move from the ENI to itself changes nothing but the order", () => {
    const { region, subnetId } = regionWithSubnet();
    const secondaries = ["10.0.1.101", "10.0.1.102"].map(address);
    const { id } = must(
      region.enis.create({ subnetId, primary: address("10.0.1.9"), secondaries }),
    );
    must(
      region.addresses.assign({
        eniId: id,
        secondaries: secondaries.slice(0, 1),
        reassignment: "allow",
      }),
    );
    const now = region.records.enis.get(id)?.addresses.map(formatIpv4);
    expect(now).toEqual(["10.0.1.9", "10.0.1.102", "10.0.1.101"]);
  });
});

describe("unassigning", () => {
  test("frees addresses and prefixes, and tells which", () => {
    const { region, subnetId } = regionWithSubnet();
    const secondaries = ["10.0.1.101", "10.0.1.102"].map(address);
    const { id } = must(region.enis.create({ subnetId, secondaries }));
    const { prefixes } = must(region.addresses.assign({ eniId: id, prefixCount: 2 }));
    const follower = region.follow();
    const gone = { addresses: secondaries.slice(1), prefixes: prefixes.slice(1) };
    must(region.addresses.unassign(id, gone));
    expect(follower.drain()).toEqual([
      { kind: "addressesUnassigned", eniId: id, ...gone, atMs: region.nowMs },
    ]);
    expect(region.subnets.availableCount(subnetId)).toBe(251 - 2 - 16);
    expect(region.records.enis.get(id)).toMatchObject({ prefixes: prefixes.slice(0, 1) });
    must(region.addresses.unassign(id, { prefixes: prefixes.slice(0, 1) }));
    must(
      region.addresses.unassign(id, { addresses: [address("10.0.1.101"), address("10.0.1.101")] }),
    );
    expect(region.subnets.availableCount(subnetId)).toBe(250);
  });

  test.each([
    { name: "nothing", set: {}, want: "MissingParameter" },
    {
      name: "the primary",
      set: { addresses: [address("10.0.1.9")] },
      want: "InvalidParameterValue",
    },
    {
      name: "a stranger",
      set: { addresses: [address("10.0.1.10")] },
      want: "InvalidParameterValue",
    },
    {
      name: "one of its own and a stranger",
      set: { addresses: [address("10.0.1.101"), address("10.0.1.10")] },
      want: "InvalidParameterValue",
    },
    {
      name: "a strange prefix",
      set: { prefixes: [block("10.0.1.32/28")] },
      want: "InvalidParameterValue",
    },
  ])("all or nothing: $name: $want", ({ set, want }) => {
    const { region, subnetId } = regionWithSubnet();
    const request = {
      subnetId,
      primary: address("10.0.1.9"),
      secondaries: [address("10.0.1.101")],
    };
    const { id } = must(region.enis.create(request));
    expect(codeOf(region.addresses.unassign(id, set))).toBe(want);
    expect(region.subnets.availableCount(subnetId)).toBe(249);
  });
});

test("an unknown ENI is named in the message", () => {
  const { region } = regionWithSubnet();
  const outcomes = [
    region.addresses.assign({ eniId: unknown, secondaryCount: 1 }),
    region.addresses.unassign(unknown, {}),
    region.addresses.assignIpv6(unknown, {}),
    region.addresses.unassignIpv6(unknown, {}),
  ];
  for (const outcome of outcomes) {
    expect(messageOf(outcome)).toBe(`The networkInterface ID '${unknown}' does not exist`);
  }
});

describe("IPv6", () => {
  const ip = parseIpv6("2001:db8::99") ?? fail();
  const prefix = parseCidr6("2001:db8:0:0:7::/80") ?? fail();

  test("addresses and prefixes come and go, and leave the IPv4 count alone", () => {
    const { region, eniId, subnetId } = regionWithIpv6Eni();
    const before = region.subnets.availableCount(subnetId);
    const follower = region.follow();
    const single = must(region.addresses.assignIpv6(eniId, { ipv6Count: 2 }));
    const block80 = must(region.addresses.assignIpv6(eniId, { ipv6PrefixCount: 1 }));
    expect([single.addresses.length, block80.prefixes.length]).toEqual([2, 1]);
    must(region.addresses.assignIpv6(eniId, { ipv6Prefixes: [prefix] }));
    must(region.addresses.assignIpv6(eniId, { ipv6Addresses: [ip] }));
    const gone = must(
      region.addresses.unassignIpv6(eniId, { addresses: [ip], prefixes: [prefix] }),
    );
    expect(gone).toEqual({ addresses: [ip], prefixes: [prefix] });
    must(region.addresses.unassignIpv6(eniId, single));
    must(region.addresses.unassignIpv6(eniId, block80));
    expect(region.records.enis.get(eniId)).toMatchObject({ ipv6Addresses: [], ipv6Prefixes: [] });
    expect(region.subnets.availableCount(subnetId)).toBe(before);
    const kinds = follower.drain().map(({ kind }) => kind);
    expect(kinds).toEqual([...repeat("ipv6Assigned", 4), ...repeat("ipv6Unassigned", 3)]);
  });

  test.each<{ name: string; ask: Ipv6Request; want: string }>([
    { name: "nothing", ask: {}, want: "MissingParameter" },
    {
      name: "two ways",
      ask: { ipv6Count: 1, ipv6Addresses: [ip] },
      want: "InvalidParameterCombination",
    },
    { name: "less than none", ask: { ipv6Count: -1 }, want: "InvalidParameterValue" },
    { name: "less than no prefix", ask: { ipv6PrefixCount: -1 }, want: "InvalidParameterValue" },
    { name: "more than the limit", ask: { ipv6Count: 10 }, want: "PrivateIpAddressLimitExceeded" },
    {
      name: "in use",
      ask: { ipv6Addresses: [parseIpv6("2001:db8::10") ?? fail()] },
      want: "InvalidIPAddress.InUse",
    },
    {
      name: "outside",
      ask: { ipv6Addresses: [parseIpv6("2001:db9::1") ?? fail()] },
      want: "InvalidParameterValue",
    },
    {
      name: "the router's",
      ask: { ipv6Addresses: [parseIpv6("2001:db8::1") ?? fail()] },
      want: "InvalidParameterValue",
    },
    { name: "named twice", ask: { ipv6Addresses: [ip, ip] }, want: "InvalidParameterValue" },
    {
      name: "a /96",
      ask: { ipv6Prefixes: [{ ...prefix, bits: 96 }] },
      want: "InvalidParameterValue",
    },
    {
      name: "a prefix outside",
      ask: { ipv6Prefixes: [parseCidr6("2001:db9::/80") ?? fail()] },
      want: "InvalidParameterValue",
    },
    {
      name: "the first /80",
      ask: { ipv6Prefixes: [parseCidr6("2001:db8::/80") ?? fail()] },
      want: "InvalidIPAddress.InUse",
    },
  ])("assigning: $name: $want", ({ ask, want }) => {
    const { region, eniId } = regionWithIpv6Eni();
    must(
      region.addresses.assignIpv6(eniId, { ipv6Addresses: [parseIpv6("2001:db8::10") ?? fail()] }),
    );
    expect(codeOf(region.addresses.assignIpv6(eniId, ask))).toBe(want);
  });

  test.each<{ name: string; set: Partial<Ipv6AddressSet>; want: string }>([
    { name: "nothing", set: {}, want: "MissingParameter" },
    { name: "a stranger", set: { addresses: [ip] }, want: "InvalidParameterValue" },
    { name: "a strange prefix", set: { prefixes: [prefix] }, want: "InvalidParameterValue" },
  ])("unassigning: $name: $want", ({ set, want }) => {
    const { region, eniId } = regionWithIpv6Eni();
    expect(codeOf(region.addresses.unassignIpv6(eniId, set))).toBe(want);
  });

  function regionWithIpv6Eni(region = testRegion()) {
    const vpc = must(region.vpcs.create({ cidr: block("10.0.0.0/16"), ipv6: "amazonProvided" }));
    const ipv6Cidr = parseCidr6("2001:db8::/64");
    const created = region.subnets.create({ vpcId: vpc.id, cidr: block("10.0.1.0/24"), ipv6Cidr });
    const subnetId = must(created).id;
    const instanceId = startInstance(region, { subnetId });
    const eniId = attachNew(region, { subnetId, instanceId, deviceIndex: 1 }).id;
    return { region, subnetId, eniId };
  }
});

function repeat(text: string, times: number): readonly string[] {
  return Array.from({ length: times }, () => text);
}

function fail(): never {
  throw new Error("the test is wrong");
}
