import { describe, expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { newId } from "../facts/index.ts";
import { parseCidr6 } from "../net/index.ts";
import { DEFAULT_QUOTAS, DEFAULT_TIMING } from "./settings.ts";
import type { CreateSubnet } from "./subnet.ts";
import {
  address,
  block,
  codeOf,
  messageOf,
  must,
  regionWithSubnet,
  settle,
  testRegion,
} from "./test-region.ts";

const unknown = newId("subnet", newRandom(99));

describe("creating", () => {
  test("is pending first, then available, with size − 5 addresses and the default ACL", () => {
    const { region, vpcId, subnetId } = regionWithSubnet(
      "10.0.1.0/24",
      testRegion({ timing: DEFAULT_TIMING }),
    );
    const subnet = must(region.records.subnets.find(subnetId));
    expect(subnet.state).toBe("pending");
    expect(subnet.zone.name).toBe("us-west-2a");
    expect(subnet.acl.id).toBe(region.records.vpcs.get(vpcId)?.defaultAclId);
    expect(region.subnets.availableCount(subnetId)).toBe(251);
    expect(region.subnets.openPrefixCount(subnetId)).toBe(14);
    settle(region);
    expect(region.records.subnets.get(subnetId)?.state).toBe("available");
  });

  test.each([
    { name: "in the block", cidr: "10.0.2.0/24", want: "ok" },
    { name: "a zone by name", cidr: "10.0.2.0/24", zone: "us-west-2b", want: "ok" },
    { name: "a zone by id", cidr: "10.0.2.0/24", zone: "usw2-az2", want: "ok" },
    { name: "too small", cidr: "10.0.2.0/29", want: "InvalidSubnet.Range" },
    { name: "too large", cidr: "10.0.0.0/15", want: "InvalidSubnet.Range" },
    { name: "outside the VPC", cidr: "10.1.0.0/24", want: "InvalidSubnet.Range" },
    { name: "the same again", cidr: "10.0.1.0/24", want: "InvalidSubnet.Conflict" },
    { name: "around another", cidr: "10.0.0.0/20", want: "InvalidSubnet.Conflict" },
    { name: "inside another", cidr: "10.0.1.16/28", want: "InvalidSubnet.Conflict" },
    {
      name: "no such zone",
      cidr: "10.0.2.0/24",
      zone: "us-west-2z",
      want: "InvalidParameterValue",
    },
    {
      name: "too long a tag",
      cidr: "10.0.2.0/24",
      key: "k".repeat(129),
      want: "InvalidParameterValue",
    },
  ])("$name: $want", ({ cidr, zone, key = "k", want }) => {
    const { region, vpcId } = regionWithSubnet();
    const request: CreateSubnet = { vpcId, cidr: block(cidr), zone, tags: new Map([[key, "v"]]) };
    expect(codeOf(region.subnets.create(request))).toBe(want);
  });

  test("an unknown zone is answered with the zones there are", () => {
    const { region, vpcId } = regionWithSubnet();
    const outcome = region.subnets.create({ vpcId, cidr: block("10.0.2.0/24"), zone: "x" });
    expect(messageOf(outcome)).toContain("us-west-2a, us-west-2b");
  });

  test("refuses an unknown VPC, and more than the quota", () => {
    const quotas = { ...DEFAULT_QUOTAS, subnetsPerVpc: 1 };
    const { region, vpcId } = regionWithSubnet("10.0.1.0/24", testRegion({ quotas }));
    const cidr = block("10.0.2.0/24");
    expect(codeOf(region.subnets.create({ vpcId, cidr }))).toBe("SubnetLimitExceeded");
    const strange = newId("vpc", newRandom(779));
    expect(codeOf(region.subnets.create({ vpcId: strange, cidr }))).toBe("InvalidVpcID.NotFound");
  });

  test.each([
    { ipv6: "2001:db8::/64", want: "InvalidSubnet.Conflict" },
    { ipv6: "2001:db8:0:1::/64", want: "ok" },
    { ipv6: "2001:db8:0:2::/63", want: "InvalidSubnet.Range" },
    { ipv6: "2001:db8:1::/64", want: "InvalidSubnet.Range" },
  ])("with $ipv6: $want", ({ ipv6, want }) => {
    const region = testRegion();
    const vpc = must(region.vpcs.create({ cidr: block("10.0.0.0/16"), ipv6: "amazonProvided" }));
    const create = (cidr: string, text: string): string =>
      codeOf(
        region.subnets.create({ vpcId: vpc.id, cidr: block(cidr), ipv6Cidr: parseCidr6(text) }),
      );
    expect(create("10.0.0.0/24", "2001:db8::/64")).toBe("ok");
    expect(create("10.0.1.0/24", ipv6)).toBe(want);
  });
});

describe("deleting", () => {
  test("is refused while an ENI is in it, attached or not", () => {
    const { region, subnetId } = regionWithSubnet();
    const eni = must(region.enis.create({ subnetId }));
    const refused = region.subnets.delete(subnetId);
    expect(codeOf(refused)).toBe("DependencyViolation");
    expect(messageOf(refused)).toBe(
      `The subnet '${subnetId}' has dependencies and cannot be deleted.`,
    );
    must(region.enis.delete(eni.id));
    expect(codeOf(region.subnets.delete(subnetId))).toBe("ok");
    expect(messageOf(region.subnets.delete(subnetId))).toBe(
      `The subnet ID '${subnetId}' does not exist`,
    );
  });

  test("takes its reservations and its route table association with it, and nobody else's", () => {
    const { region, vpcId, subnetId } = regionWithSubnet(
      "10.0.1.0/24",
      testRegion({ timing: DEFAULT_TIMING }),
    );
    const other = must(region.subnets.create({ vpcId, cidr: block("10.0.2.0/24") }));
    must(region.reservations.create({ subnetId, cidr: block("10.0.1.0/26"), type: "prefix" }));
    must(
      region.reservations.create({
        subnetId: other.id,
        cidr: block("10.0.2.0/26"),
        type: "prefix",
      }),
    );
    const table = must(region.routeTables.create({ vpcId }));
    must(region.routeTables.associate(table.id, subnetId));
    must(region.routeTables.associate(table.id, other.id));
    must(region.subnets.delete(subnetId));
    settle(region);
    expect(region.records.reservations.list().map((one) => one.subnetId)).toEqual([other.id]);
    const associations = region.records.routeTables.get(table.id)?.associations;
    expect(associations?.map((association) => association.subnetId)).toEqual([other.id]);
  });
});

test.each([
  { attributes: { mapPublicIpOnLaunch: true }, want: "ok" },
  { attributes: { assignIpv6OnCreation: true }, want: "ok" },
  { attributes: {}, want: "MissingParameter" },
  {
    attributes: { mapPublicIpOnLaunch: true, assignIpv6OnCreation: true },
    want: "InvalidParameterCombination",
  },
])("modifying $attributes: $want", ({ attributes, want }) => {
  const { region, subnetId } = regionWithSubnet();
  const outcome = region.subnets.modify(subnetId, attributes);
  expect(codeOf(outcome)).toBe(want);
  if (outcome.ok) expect(outcome.value).toMatchObject(attributes);
  expect(codeOf(region.subnets.modify(unknown, attributes))).toBe("InvalidSubnetID.NotFound");
});

test("finds the subnet and the holder of an address", () => {
  const { region, vpcId, subnetId } = regionWithSubnet();
  const eni = must(region.enis.create({ subnetId, primary: address("10.0.1.9") }));
  expect(region.subnets.containing(vpcId, address("10.0.1.8"))?.id).toBe(subnetId);
  expect(region.subnets.holderOf(vpcId, address("10.0.1.9"))).toBe(eni.id);
  expect(region.subnets.holderOf(vpcId, address("10.0.1.8"))).toBeUndefined();
  expect(region.subnets.holderOf(vpcId, address("10.0.2.9"))).toBeUndefined();
  expect(() => region.subnets.availableCount(unknown)).toThrow("no address account");
});

describe("CIDR reservations", () => {
  test.each([
    { name: "inside", cidr: "10.0.1.64/26", want: "ok" },
    {
      name: "the whole subnet but what is reserved",
      cidr: "10.0.1.128/25",
      want: "InvalidParameterValue",
    },
    { name: "inside another", cidr: "10.0.1.208/28", want: "InvalidParameterValue" },
    { name: "outside", cidr: "10.0.2.0/26", want: "InvalidParameterValue" },
    { name: "larger than the subnet", cidr: "10.0.0.0/23", want: "InvalidParameterValue" },
    { name: "a reserved tag", cidr: "10.0.1.64/26", key: "aws:a", want: "InvalidParameterValue" },
  ])("$name: $want", ({ cidr, key = "a", want }) => {
    const { region, vpcId, subnetId } = regionWithSubnet();
    must(region.subnets.create({ vpcId, cidr: block("10.0.2.0/24") }));
    must(region.reservations.create({ subnetId, cidr: block("10.0.1.192/26"), type: "explicit" }));
    const tags = new Map([[key, ""]]);
    const request = { subnetId, cidr: block(cidr), type: "prefix", tags } as const;
    expect(codeOf(region.reservations.create(request))).toBe(want);
  });

  test("are told from those of other subnets, and end by being deleted", () => {
    const { region, subnetId } = regionWithSubnet();
    const cidr = block("10.0.1.192/26");
    const { id } = must(region.reservations.create({ subnetId, cidr, type: "prefix" }));
    expect(region.subnets.availableCount(subnetId)).toBe(251 - 63);
    must(region.reservations.delete(id));
    expect(region.subnets.availableCount(subnetId)).toBe(251);
    expect(codeOf(region.reservations.delete(id))).toBe("InvalidSubnetCidrReservationID.NotFound");
    expect(codeOf(region.reservations.create({ subnetId: unknown, cidr, type: "prefix" }))).toBe(
      "InvalidSubnetID.NotFound",
    );
  });
});
