import { describe, expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { newId } from "../facts/index.ts";
import { cidrContains, formatCidr, formatIpv4, parseCidr6, parseIpv6 } from "../net/index.ts";
import { type CreateEni, eniStatus } from "./eni.ts";
import { DEFAULT_QUOTAS } from "./settings.ts";
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

const unknownSubnet = newId("subnet", newRandom(90));
const unknownGroup = newId("securityGroup", newRandom(91));

describe("creating", () => {
  test("takes 1 address, the secondaries, and 16 per prefix", () => {
    const { region, subnetId } = regionWithSubnet();
    const plain = must(region.enis.create({ subnetId }));
    expect(region.subnets.availableCount(subnetId)).toBe(250);
    const many = must(region.enis.create({ subnetId, secondaryCount: 9 }));
    expect([many.addresses.length, region.subnets.availableCount(subnetId)]).toEqual([10, 240]);
    const prefixes = must(region.enis.create({ subnetId, prefixCount: 2 }));
    expect([prefixes.addresses.length, prefixes.prefixes.length]).toEqual([1, 2]);
    expect(region.subnets.availableCount(subnetId)).toBe(207);
    expect(eniStatus(plain)).toBe("available");
    expect(plain).toMatchObject({
      description: "",
      interfaceType: "interface",
      sourceDestCheck: true,
    });
    expect(plain.attachment).toBeUndefined();
  });

  test("gives addresses at random, not in a row, and the same ones for the same seed", () => {
    const give = (seed: number): readonly string[] => {
      const { region, subnetId } = regionWithSubnet("10.0.1.0/24", testRegion({}, seed));
      return must(region.enis.create({ subnetId, secondaryCount: 9 })).addresses.map(formatIpv4);
    };
    expect(give(1)).toEqual(give(1));
    expect(give(1)).not.toEqual(give(2));
    const sorted = give(1).toSorted();
    expect(give(1)).not.toEqual(sorted);
  });

  test("named addresses: the primary goes first, named or not", () => {
    const { region, subnetId } = regionWithSubnet();
    const named = must(
      region.enis.create({
        subnetId,
        primary: address("10.0.1.9"),
        secondaries: [address("10.0.1.7"), address("10.0.1.8")],
      }),
    );
    expect(named.addresses.map(formatIpv4)).toEqual(["10.0.1.9", "10.0.1.7", "10.0.1.8"]);
    const chosen = must(region.enis.create({ subnetId, secondaries: [address("10.0.1.20")] }));
    expect(chosen.addresses.length).toBe(2);
    expect(chosen.addresses[1]).toBe(address("10.0.1.20"));
    const counted = must(
      region.enis.create({ subnetId, primary: address("10.0.1.30"), secondaryCount: 2 }),
    );
    expect([counted.addresses.length, counted.addresses[0]]).toEqual([3, address("10.0.1.30")]);
  });

  test("named prefixes, also inside reservations", () => {
    const { region, subnetId } = regionWithSubnet();
    must(region.reservations.create({ subnetId, cidr: block("10.0.1.64/26"), type: "explicit" }));
    const prefixes = [block("10.0.1.64/28"), block("10.0.1.32/28")];
    const eni = must(region.enis.create({ subnetId, prefixes }));
    expect(eni.prefixes.map(formatCidr)).toEqual(["10.0.1.64/28", "10.0.1.32/28"]);
  });

  test("has the groups that are named, once each, or the VPC's default group", () => {
    const { region, vpcId, subnetId } = regionWithSubnet();
    const { id } = must(region.groups.create({ vpcId, name: "pods", description: "" }));
    expect(must(region.enis.create({ subnetId, groupIds: [id, id] })).groupIds).toEqual([id]);
    const defaultId = region.records.vpcs.get(vpcId)?.defaultGroupId;
    expect(must(region.enis.create({ subnetId, groupIds: [] })).groupIds).toEqual([defaultId]);
  });

  test("every ENI has a MAC address of its own, locally administered", () => {
    const { region, subnetId } = regionWithSubnet();
    const macs = Array.from({ length: 100 }, () => must(region.enis.create({ subnetId })).mac);
    expect(new Set(macs).size).toBe(100);
    for (const mac of macs) expect(mac).toMatch(/^0[26ae](:[0-9a-f]{2}){5}$/);
  });

  test("an efa-only interface has no address", () => {
    const { region, subnetId } = regionWithSubnet();
    const eni = must(region.enis.create({ subnetId, interfaceType: "efa-only" }));
    expect([eni.addresses, region.subnets.availableCount(subnetId)]).toEqual([[], 251]);
    const withAddress = { subnetId, interfaceType: "efa-only", secondaryCount: 1 } as const;
    expect(codeOf(region.enis.create(withAddress))).toBe("InvalidParameterCombination");
    const withPrimary = {
      subnetId,
      interfaceType: "efa-only",
      primary: address("10.0.1.9"),
    } as const;
    expect(codeOf(region.enis.create(withPrimary))).toBe("InvalidParameterCombination");
  });

  test.each<{ name: string; ask: Omit<CreateEni, "subnetId">; want: string }>([
    { name: "outside", ask: { primary: address("10.0.2.9") }, want: "InvalidParameterValue" },
    { name: "the router's", ask: { primary: address("10.0.1.1") }, want: "InvalidParameterValue" },
    { name: "the last", ask: { primary: address("10.0.1.255") }, want: "InvalidParameterValue" },
    { name: "in use", ask: { primary: address("10.0.1.100") }, want: "InvalidIPAddress.InUse" },
    {
      name: "named twice",
      ask: { primary: address("10.0.1.9"), secondaries: [address("10.0.1.9")] },
      want: "InvalidParameterValue",
    },
    { name: "a /27", ask: { prefixes: [block("10.0.1.32/27")] }, want: "InvalidParameterValue" },
    {
      name: "a prefix outside",
      ask: { prefixes: [block("10.0.2.32/28")] },
      want: "InvalidParameterValue",
    },
    {
      name: "the first /28",
      ask: { prefixes: [block("10.0.1.0/28")] },
      want: "InvalidParameterValue",
    },
    {
      name: "the last /28",
      ask: { prefixes: [block("10.0.1.240/28")] },
      want: "InvalidParameterValue",
    },
    {
      name: "a prefix over an address",
      ask: { prefixes: [block("10.0.1.96/28")] },
      want: "InvalidIPAddress.InUse",
    },
    {
      name: "a prefix over its own primary",
      ask: { primary: address("10.0.1.33"), prefixes: [block("10.0.1.32/28")] },
      want: "InvalidParameterValue",
    },
    {
      name: "two ways",
      ask: { secondaryCount: 1, prefixCount: 1 },
      want: "InvalidParameterCombination",
    },
    {
      name: "count and names",
      ask: { secondaryCount: 1, secondaries: [address("10.0.1.9")] },
      want: "InvalidParameterCombination",
    },
    {
      name: "prefixes both ways",
      ask: { prefixCount: 1, prefixes: [block("10.0.1.32/28")] },
      want: "InvalidParameterCombination",
    },
    { name: "less than none", ask: { secondaryCount: -1 }, want: "InvalidParameterValue" },
    { name: "less than no prefix", ask: { prefixCount: -1 }, want: "InvalidParameterValue" },
    { name: "64 in all", ask: { secondaryCount: 63 }, want: "ok" },
    { name: "65 in all", ask: { secondaryCount: 64 }, want: "PrivateIpAddressLimitExceeded" },
    { name: "15 prefixes of 14", ask: { prefixCount: 15 }, want: "InsufficientCidrBlocks" },
    { name: "an unknown group", ask: { groupIds: [unknownGroup] }, want: "InvalidGroup.NotFound" },
    {
      name: "a reserved tag",
      ask: { tags: new Map([["aws:a", ""]]) },
      want: "InvalidParameterValue",
    },
    { name: "IPv6 without a block", ask: { ipv6Count: 1 }, want: "InvalidParameterValue" },
    {
      name: "IPv6 in two ways",
      ask: { ipv6Count: 1, ipv6PrefixCount: 1 },
      want: "InvalidParameterCombination",
    },
  ])("all or nothing: $name: $want", ({ ask, want }) => {
    const { region, subnetId } = regionWithSubnet();
    must(region.enis.create({ subnetId, primary: address("10.0.1.100") }));
    const before = region.subnets.availableCount(subnetId);
    const outcome = region.enis.create({ subnetId, ...ask });
    expect(codeOf(outcome)).toBe(want);
    if (outcome.ok) return;
    expect(region.subnets.availableCount(subnetId)).toBe(before);
    expect(region.records.enis.size).toBe(1);
  });

  test("too few single addresses: nothing is taken", () => {
    const { region, subnetId } = regionWithSubnet("10.0.1.0/28");
    must(region.enis.create({ subnetId, secondaryCount: 8 }));
    const outcome = region.enis.create({ subnetId, secondaryCount: 2 });
    expect(codeOf(outcome)).toBe("InsufficientFreeAddressesInSubnet");
    expect(messageOf(outcome)).toBe(
      "The specified subnet does not have enough free addresses to satisfy the request.",
    );
    expect(region.subnets.availableCount(subnetId)).toBe(2);
    expect(codeOf(region.enis.create({ subnetId, secondaryCount: 1 }))).toBe("ok");
    expect(region.subnets.availableCount(subnetId)).toBe(0);
  });

  test("R-PD-5: no aligned free /28 is another failure than no free address", () => {
    const { region, subnetId } = regionWithSubnet();
    for (let n = 1; n < 15; n++) {
      must(region.enis.create({ subnetId, primary: address(`10.0.1.${n * 16 + 3}`) }));
    }
    expect(region.subnets.availableCount(subnetId)).toBe(237);
    expect(codeOf(region.enis.create({ subnetId, prefixCount: 1 }))).toBe("InsufficientCidrBlocks");
    expect(codeOf(region.enis.create({ subnetId, secondaryCount: 9 }))).toBe("ok");
  });

  test("automatic prefixes come from a prefix reservation first", () => {
    const { region, subnetId } = regionWithSubnet();
    const cidr = block("10.0.1.128/27");
    must(region.reservations.create({ subnetId, cidr, type: "prefix" }));
    const { prefixes } = must(region.enis.create({ subnetId, prefixCount: 3 }));
    expect(prefixes.map(({ base }) => cidrContains(cidr, base))).toEqual([true, true, false]);
  });

  test("refuses an unknown subnet, a group of another VPC, too many groups and too many ENIs", () => {
    const quotas = { ...DEFAULT_QUOTAS, enis: 1 };
    const { region, vpcId, subnetId } = regionWithSubnet("10.0.1.0/24", testRegion({ quotas }));
    expect(codeOf(region.enis.create({ subnetId: unknownSubnet }))).toBe(
      "InvalidSubnetID.NotFound",
    );
    const other = must(region.vpcs.create({ cidr: block("10.1.0.0/16") }));
    const foreign = { subnetId, groupIds: [other.defaultGroupId] };
    expect(codeOf(region.enis.create(foreign))).toBe("InvalidParameter");
    const groupIds = Array.from({ length: 6 }, (_, n) => {
      return must(region.groups.create({ vpcId, name: `g${n}`, description: "" })).id;
    });
    expect(codeOf(region.enis.create({ subnetId, groupIds }))).toBe(
      "SecurityGroupsPerInterfaceLimitExceeded",
    );
    expect(codeOf(region.enis.create({ subnetId, groupIds: groupIds.slice(1) }))).toBe("ok");
    expect(codeOf(region.enis.create({ subnetId }))).toBe("NetworkInterfaceLimitExceeded");
  });
});

describe("IPv6", () => {
  test("addresses and prefixes by count, by name, or by default in the subnet", () => {
    const { region, subnetId } = regionWithIpv6();
    const counted = must(region.enis.create({ subnetId, ipv6Count: 2 }));
    expect(counted.ipv6Addresses.length).toBe(2);
    const prefixed = must(region.enis.create({ subnetId, ipv6PrefixCount: 1 }));
    expect(prefixed.ipv6Prefixes.map(({ bits }) => bits)).toEqual([80]);
    const ipv6Addresses = [parseIpv6("2001:db8::99") ?? fail()];
    expect(must(region.enis.create({ subnetId, ipv6Addresses })).ipv6Addresses).toEqual(
      ipv6Addresses,
    );
    must(region.subnets.modify(subnetId, { assignIpv6OnCreation: true }));
    const byDefault = must(region.enis.create({ subnetId }));
    expect(byDefault.ipv6Addresses.length).toBe(1);
    // IPv6 takes nothing from the count of the subnet.
    expect(region.subnets.availableCount(subnetId)).toBe(247);
    for (const { id } of [counted, prefixed, byDefault]) must(region.enis.delete(id));
    expect(codeOf(region.enis.create({ subnetId, ipv6Addresses: byDefault.ipv6Addresses }))).toBe(
      "ok",
    );
  });

  test("on a refusal the IPv4 addresses are given back", () => {
    const { region, subnetId } = regionWithIpv6();
    const ipv6Addresses = [parseIpv6("2001:db8:1::1") ?? fail()];
    expect(codeOf(region.enis.create({ subnetId, ipv6Addresses }))).toBe("InvalidParameterValue");
    expect(region.subnets.availableCount(subnetId)).toBe(251);
  });
});

describe("deleting", () => {
  test("frees every address and prefix at once", () => {
    const { region, subnetId } = regionWithSubnet();
    const follower = region.follow();
    const eni = must(region.enis.create({ subnetId, prefixCount: 3 }));
    must(region.enis.delete(eni.id));
    expect(region.subnets.availableCount(subnetId)).toBe(251);
    expect(follower.drain()).toEqual([
      { kind: "eniCreated", eniId: eni.id, atMs: region.nowMs },
      { kind: "eniDeleted", eniId: eni.id, eni, atMs: region.nowMs },
    ]);
    const again = region.enis.delete(eni.id);
    expect(codeOf(again)).toBe("InvalidNetworkInterfaceID.NotFound");
    expect(messageOf(again)).toBe(`The networkInterface ID '${eni.id}' does not exist`);
  });

  test("is refused while it is attached", () => {
    const { region, subnetId } = regionWithSubnet();
    const instanceId = startInstance(region, { subnetId });
    const { id } = attachNew(region, { subnetId, instanceId, deviceIndex: 1 });
    const outcome = region.enis.delete(id);
    expect(codeOf(outcome)).toBe("InvalidParameterValue");
    expect(messageOf(outcome)).toBe(`Network interface '${id}' is currently in use.`);
  });
});

describe("modifying", () => {
  test("description, source check, timeouts and groups", () => {
    const { region, vpcId, subnetId } = regionWithSubnet();
    const { id } = must(region.enis.create({ subnetId }));
    const group = must(region.groups.create({ vpcId, name: "pods", description: "" }));
    const follower = region.follow();
    must(region.enis.modify(id, { description: "a" }));
    must(region.enis.modify(id, { sourceDestCheck: false }));
    must(region.enis.modify(id, { sourceDestCheck: false }));
    must(region.enis.modify(id, { connectionTracking: { udpTimeoutS: 30 } }));
    const eni = must(region.enis.modify(id, { groupIds: [group.id] }));
    expect(eni).toMatchObject({
      ...{ description: "a", sourceDestCheck: false, groupIds: [group.id] },
      connectionTracking: { udpTimeoutS: 30 },
    });
    expect(follower.drain().map(({ kind }) => kind)).toEqual([
      "sourceDestCheckChanged",
      "eniGroupsChanged",
    ]);
  });

  test("delete-on-termination, of the present attachment only", () => {
    const { region, subnetId } = regionWithSubnet();
    const instanceId = startInstance(region, { subnetId });
    const eni = attachNew(region, { subnetId, instanceId, deviceIndex: 1 });
    expect(eni.attachment?.deleteOnTermination).toBe(false);
    const id = eni.attachment?.id ?? fail();
    const changed = must(
      region.enis.modify(eni.id, { attachment: { id, deleteOnTermination: true } }),
    );
    expect(changed.attachment?.deleteOnTermination).toBe(true);
    const strange = { id: newId("attachment", newRandom(774)), deleteOnTermination: true };
    expect(codeOf(region.enis.modify(eni.id, { attachment: strange }))).toBe(
      "InvalidAttachmentID.NotFound",
    );
  });

  test.each([
    { name: "nothing", attributes: {}, want: "MissingParameter" },
    {
      name: "two at once",
      attributes: { description: "", sourceDestCheck: true },
      want: "InvalidParameterCombination",
    },
    { name: "no group", attributes: { groupIds: [] }, want: "InvalidParameterValue" },
    {
      name: "an unknown group",
      attributes: { groupIds: [unknownGroup] },
      want: "InvalidGroup.NotFound",
    },
  ])("refuses: $name", ({ attributes, want }) => {
    const { region, subnetId } = regionWithSubnet();
    const { id } = must(region.enis.create({ subnetId }));
    expect(codeOf(region.enis.modify(id, attributes))).toBe(want);
    must(region.enis.delete(id));
    expect(codeOf(region.enis.modify(id, attributes))).toBe("InvalidNetworkInterfaceID.NotFound");
  });
});

test("the ENI of a NAT gateway can't be changed or deleted by users", () => {
  const { region, subnetId } = regionWithSubnet();
  const { eniId } = must(region.natGateways.create({ subnetId, connectivity: "private" }));
  const codes = [
    region.enis.delete(eniId),
    region.enis.modify(eniId, { description: "" }),
    region.addresses.assign({ eniId, secondaryCount: 1 }),
    region.addresses.assignIpv6(eniId, { ipv6Count: 1 }),
  ].map(codeOf);
  expect(new Set(codes)).toEqual(new Set(["OperationNotPermitted"]));
});

function regionWithIpv6(): Pick<ReturnType<typeof regionWithSubnet>, "region" | "subnetId"> {
  const region = testRegion();
  const vpc = must(region.vpcs.create({ cidr: block("10.0.0.0/16"), ipv6: "amazonProvided" }));
  const ipv6Cidr = parseCidr6("2001:db8::/64");
  const subnet = region.subnets.create({ vpcId: vpc.id, cidr: block("10.0.1.0/24"), ipv6Cidr });
  return { region, subnetId: must(subnet).id };
}

function fail(): never {
  throw new Error("the test is wrong");
}
