import { describe, expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { newId } from "../facts/index.ts";
import { formatIpv4 } from "../net/index.ts";
import type { CreateNatGateway } from "./gateway.ts";
import { DEFAULT_TIMING } from "./settings.ts";
import {
  address,
  block,
  codeOf,
  must,
  regionWithSubnet,
  settle,
  testRegion,
} from "./test-region.ts";

const reservedTag = new Map([["aws:a", ""]]);
const unknownVpc = newId("vpc", newRandom(20));

describe("internet gateways", () => {
  test("are attached to one VPC, and a VPC has one", () => {
    const { region, vpcId } = regionWithSubnet();
    const { id } = must(region.internetGateways.create(new Map([["a", "b"]])));
    const other = must(region.internetGateways.create());
    const follower = region.follow();
    must(region.internetGateways.attach(id, vpcId));
    expect(codeOf(region.internetGateways.attach(id, vpcId))).toBe("Resource.AlreadyAssociated");
    expect(codeOf(region.internetGateways.attach(other.id, vpcId))).toBe("InvalidParameterValue");
    expect(codeOf(region.internetGateways.delete(id))).toBe("DependencyViolation");
    expect(codeOf(region.internetGateways.detach(other.id, vpcId))).toBe("Gateway.NotAttached");
    must(region.internetGateways.detach(id, vpcId));
    must(region.internetGateways.delete(id));
    expect(follower.drain().map(({ kind }) => kind)).toEqual([
      "internetGatewayAttached",
      "internetGatewayDetached",
    ]);
    for (const outcome of [
      region.internetGateways.delete(id),
      region.internetGateways.attach(id, vpcId),
      region.internetGateways.detach(id, vpcId),
    ]) {
      expect(codeOf(outcome)).toBe("InvalidInternetGatewayID.NotFound");
    }
    expect(codeOf(region.internetGateways.attach(other.id, unknownVpc))).toBe(
      "InvalidVpcID.NotFound",
    );
    expect(codeOf(region.internetGateways.create(reservedTag))).toBe("InvalidParameterValue");
  });
});

describe("NAT gateways", () => {
  test("take an address of the subnet from the start until they are deleted", () => {
    const { region, vpcId, subnetId } = regionWithSubnet(
      "10.0.1.0/24",
      testRegion({ timing: DEFAULT_TIMING }),
    );
    settle(region);
    const follower = region.follow();
    const elasticIp = must(region.elasticIps.allocate());
    const ask: CreateNatGateway = {
      ...{ subnetId, allocationId: elasticIp.id, privateIp: address("10.0.1.9") },
      tags: new Map([["a", "b"]]),
    };
    const gateway = must(region.natGateways.create(ask));
    expect(gateway).toMatchObject({
      vpcId,
      state: "pending",
      connectivity: "public",
      privateIp: address("10.0.1.9"),
    });
    expect(formatIpv4(gateway.elasticIp?.publicIp ?? fail())).toBe("203.0.113.1");
    expect(region.subnets.availableCount(subnetId)).toBe(250);
    const eni = must(region.records.enis.find(gateway.eniId));
    expect(eni).toMatchObject({
      interfaceType: "natGateway",
      requesterManaged: true,
      sourceDestCheck: false,
      groupIds: [],
    });
    expect(codeOf(region.natGateways.create({ subnetId, allocationId: elasticIp.id }))).toBe(
      "Resource.AlreadyAssociated",
    );
    expect(codeOf(region.elasticIps.release(elasticIp.id))).toBe("InvalidIPAddress.InUse");
    expect(codeOf(region.subnets.delete(subnetId))).toBe("DependencyViolation");
    settle(region);
    expect(region.records.natGateways.get(gateway.id)?.state).toBe("available");
    expect(must(region.natGateways.delete(gateway.id)).state).toBe("deleting");
    expect(must(region.natGateways.delete(gateway.id)).state).toBe("deleting");
    expect(region.subnets.availableCount(subnetId)).toBe(250);
    settle(region);
    expect(must(region.natGateways.delete(gateway.id)).state).toBe("deleted");
    expect(region.subnets.availableCount(subnetId)).toBe(251);
    expect(codeOf(region.elasticIps.release(elasticIp.id))).toBe("ok");
    expect(follower.drain().map(({ kind }) => kind)).toEqual([
      ...[
        "eniCreated",
        "natGatewayCreated",
        "natGatewayAvailable",
        "eniDeleted",
        "natGatewayDeleted",
      ],
    ]);
    region.advance(region.nowMs + 4_000_000);
    expect(codeOf(region.natGateways.delete(gateway.id))).toBe("NatGatewayNotFound");
    expect(region.tags.list()).toEqual([]);
  });

  test("that are deleted before they are available never become so", () => {
    const { region, subnetId } = regionWithSubnet();
    const { id } = must(region.natGateways.create({ subnetId, connectivity: "private" }));
    must(region.natGateways.delete(id));
    settle(region);
    expect(region.records.natGateways.get(id)?.state).toBe("deleted");
  });

  test.each<{ name: string; ask: Partial<CreateNatGateway>; want: string }>([
    { name: "public without an address", ask: {}, want: "MissingParameter" },
    {
      name: "an unknown address",
      ask: { allocationId: newId("allocation", newRandom(771)) },
      want: "InvalidAllocationID.NotFound",
    },
    {
      name: "private with an address",
      ask: { connectivity: "private", allocationId: newId("allocation", newRandom(771)) },
      want: "InvalidParameterCombination",
    },
    {
      name: "the router's address",
      ask: { connectivity: "private", privateIp: address("10.0.1.1") },
      want: "InvalidParameterValue",
    },
    {
      name: "an unknown subnet",
      ask: { connectivity: "private", subnetId: newId("subnet", newRandom(771)) },
      want: "InvalidSubnetID.NotFound",
    },
    {
      name: "a reserved tag",
      ask: { connectivity: "private", tags: reservedTag },
      want: "InvalidParameterValue",
    },
  ])("refused: $name: $want", ({ ask, want }) => {
    const { region, subnetId } = regionWithSubnet();
    expect(codeOf(region.natGateways.create({ subnetId, ...ask }))).toBe(want);
    expect(region.subnets.availableCount(subnetId)).toBe(251);
  });

  test("in a subnet that gives IPv6 addresses get none", () => {
    const { region, subnetId } = regionWithSubnet();
    must(region.subnets.modify(subnetId, { assignIpv6OnCreation: true }));
    expect(codeOf(region.natGateways.create({ subnetId, connectivity: "private" }))).toBe("ok");
  });
});

describe("Elastic IP addresses", () => {
  test("are the lowest free ones of the region's block, until there is none", () => {
    const region = testRegion({ publicIps: block("198.51.100.0/30") });
    const allocate = (): string => {
      const outcome = region.elasticIps.allocate();
      return outcome.ok ? formatIpv4(outcome.value.publicIp) : outcome.error.code;
    };
    expect([allocate(), allocate(), allocate()]).toEqual([
      "198.51.100.1",
      "198.51.100.2",
      "AddressLimitExceeded",
    ]);
    const [first = fail()] = region.records.elasticIps.list();
    must(region.elasticIps.release(first.id));
    expect(allocate()).toBe("198.51.100.1");
    expect(codeOf(region.elasticIps.release(first.id))).toBe("InvalidAllocationID.NotFound");
    expect(codeOf(region.elasticIps.allocate(reservedTag))).toBe("InvalidParameterValue");
  });
});

describe("Elastic IP addresses of ENIs", () => {
  test("stand for one private address until they are disassociated, or the ENI is deleted", () => {
    const { region, subnetId } = regionWithSubnet();
    const [first, second] = [
      must(region.elasticIps.allocate()),
      must(region.elasticIps.allocate()),
    ];
    const eni = must(region.enis.create({ subnetId, secondaries: [address("10.0.1.9")] }));
    const follower = region.follow();
    const ask = { allocationId: first.id, eniId: eni.id };
    const id = must(region.elasticIps.associate(ask));
    const associated = { id, eniId: eni.id, privateIp: eni.addresses[0] };
    expect(region.records.elasticIps.get(first.id)?.association).toEqual(associated);
    const again = [
      ask,
      { ...ask, privateIp: address("10.0.1.9") },
      { ...ask, allocationId: second.id },
    ];
    for (const each of again) {
      expect(codeOf(region.elasticIps.associate(each))).toBe("Resource.AlreadyAssociated");
    }
    expect(codeOf(region.elasticIps.release(first.id))).toBe("InvalidIPAddress.InUse");
    const nat: CreateNatGateway = { subnetId, allocationId: first.id };
    expect(codeOf(region.natGateways.create(nat))).toBe("Resource.AlreadyAssociated");
    must(region.elasticIps.disassociate(id));
    expect(codeOf(region.elasticIps.disassociate(id))).toBe("InvalidAssociationID.NotFound");
    must(region.elasticIps.associate({ ...ask, privateIp: address("10.0.1.9") }));
    expect(follower.drain().map(({ kind }) => kind)).toEqual([
      "elasticIpAssociated",
      "elasticIpDisassociated",
      "elasticIpAssociated",
    ]);
    must(region.enis.delete(eni.id));
    must(region.elasticIps.release(first.id));
  });

  test("what can't be associated", () => {
    const { region, subnetId } = regionWithSubnet();
    const { id: allocationId } = must(region.elasticIps.allocate());
    const { id: eniId } = must(region.enis.create({ subnetId }));
    const efa = must(region.enis.create({ subnetId, interfaceType: "efa-only" }));
    const ask = { allocationId, eniId };
    const random = newRandom(9);
    expect(
      [
        { ...ask, allocationId: newId("allocation", random) },
        { ...ask, eniId: newId("eni", random) },
        { ...ask, privateIp: address("10.0.1.250") },
        { ...ask, eniId: efa.id },
      ].map((each) => codeOf(region.elasticIps.associate(each))),
    ).toEqual([
      "InvalidAllocationID.NotFound",
      "InvalidNetworkInterfaceID.NotFound",
      "InvalidParameterValue",
      "InvalidParameterValue",
    ]);
  });
});

function fail(): never {
  throw new Error("the test is wrong");
}
