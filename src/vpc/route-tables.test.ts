import { describe, expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { newId } from "../facts/index.ts";
import { parseCidr6 } from "../net/index.ts";
import type { Region } from "./region.ts";
import { type CreateRoute, type RouteDestination, routeFor } from "./route-table.ts";
import {
  address,
  attachNew,
  block,
  codeOf,
  messageOf,
  must,
  regionWithSubnet,
  settle,
  startInstance,
  testRegion,
} from "./test-region.ts";

const anywhere: RouteDestination = { kind: "ipv4", cidr: block("0.0.0.0/0") };
const unknownTable = newId("routeTable", newRandom(40));

describe("tables", () => {
  test("a subnet uses the main table until it has one of its own", () => {
    const { region, vpcId, subnetId } = regionWithSubnet();
    const mainId = must(region.records.vpcs.find(vpcId)).mainRouteTableId;
    expect(region.routeTables.ofSubnet(subnetId).id).toBe(mainId);
    const table = must(region.routeTables.create({ vpcId, tags: new Map([["a", "b"]]) }));
    expect(table.routes.map(({ target }) => target.kind)).toEqual(["local"]);
    const follower = region.follow();
    const association = must(region.routeTables.associate(table.id, subnetId));
    expect(region.routeTables.ofSubnet(subnetId).id).toBe(table.id);
    expect(codeOf(region.routeTables.associate(mainId, subnetId))).toBe(
      "Resource.AlreadyAssociated",
    );
    expect(codeOf(region.routeTables.delete(table.id))).toBe("DependencyViolation");
    must(region.routeTables.disassociate(association.id));
    expect(region.routeTables.ofSubnet(subnetId).id).toBe(mainId);
    must(region.routeTables.delete(table.id));
    expect(follower.drain()).toMatchObject([
      { kind: "subnetRouteTableChanged", subnetId, routeTableId: table.id },
      { kind: "subnetRouteTableChanged", subnetId, routeTableId: mainId },
      { kind: "routeTableDeleted", routeTableId: table.id },
    ]);
  });

  test("refusals", () => {
    const { region, vpcId, subnetId } = regionWithSubnet();
    const { routeTables } = region;
    const main = routeTables.ofSubnet(subnetId);
    const other = must(region.vpcs.create({ cidr: block("10.1.0.0/16") }));
    const strangeSubnet = newId("subnet", newRandom(771));
    const strangeId = newId("routeTableAssociation", newRandom(771));
    expect(codeOf(routeTables.create({ vpcId: newId("vpc", newRandom(771)) }))).toBe(
      "InvalidVpcID.NotFound",
    );
    const tags = new Map([["aws:", ""]]);
    expect(codeOf(routeTables.create({ vpcId, tags }))).toBe("InvalidParameterValue");
    expect(codeOf(routeTables.delete(main.id))).toBe("DependencyViolation");
    expect(codeOf(routeTables.delete(unknownTable))).toBe("InvalidRouteTableID.NotFound");
    expect(codeOf(routeTables.associate(unknownTable, subnetId))).toBe(
      "InvalidRouteTableID.NotFound",
    );
    expect(codeOf(routeTables.associate(main.id, strangeSubnet))).toBe("InvalidSubnetID.NotFound");
    expect(codeOf(routeTables.associate(other.mainRouteTableId, subnetId))).toBe(
      "InvalidParameterValue",
    );
    expect(codeOf(routeTables.disassociate(main.main?.associationId ?? strangeId))).toBe(
      "InvalidParameterValue",
    );
    expect(codeOf(routeTables.disassociate(strangeId))).toBe("InvalidAssociationID.NotFound");
  });

  test("of several subnets one can be taken away", () => {
    const { region, vpcId, subnetId } = regionWithSubnet();
    const second = must(region.subnets.create({ vpcId, cidr: block("10.0.2.0/24") })).id;
    const { id } = must(region.routeTables.create({ vpcId }));
    const association = must(region.routeTables.associate(id, subnetId));
    must(region.routeTables.associate(id, second));
    must(region.routeTables.disassociate(association.id));
    expect(region.routeTables.ofSubnet(second).id).toBe(id);
    expect(region.routeTables.ofSubnet(subnetId).id).not.toBe(id);
  });
});

describe("routes", () => {
  test("lead to an internet gateway, and become a black hole when it is detached", () => {
    const { region, vpcId, routeTableId, gatewayId } = withGateway();
    const target = { kind: "internetGateway", id: gatewayId } as const;
    must(region.routeTables.createRoute({ routeTableId, destination: anywhere, target }));
    expect(states(region)).toEqual(["active", "active"]);
    must(region.internetGateways.detach(gatewayId, vpcId));
    expect(states(region)).toEqual(["active", "blackhole"]);
    must(region.internetGateways.attach(gatewayId, vpcId));
    expect(states(region)).toEqual(["active", "active"]);
  });

  test("lead to a NAT gateway, and become a black hole when it is deleted", () => {
    const { region, subnetId, routeTableId } = withGateway();
    const { id } = must(region.natGateways.create({ subnetId, connectivity: "private" }));
    const target = { kind: "natGateway", id } as const;
    const follower = region.follow();
    must(region.routeTables.createRoute({ routeTableId, destination: anywhere, target }));
    settle(region);
    expect(states(region)).toEqual(["active", "active"]);
    must(region.natGateways.delete(id));
    expect(states(region)).toEqual(["active", "blackhole"]);
    expect(follower.drain().map(({ kind }) => kind)).toEqual([
      ...["routesChanged", "natGatewayAvailable", "routesChanged"],
    ]);
  });

  test("lead to an ENI, but only while it is attached", () => {
    const { region, subnetId, routeTableId } = withGateway();
    const instanceId = startInstance(region, { subnetId });
    const eni = must(region.enis.create({ subnetId }));
    const target = { kind: "eni", id: eni.id } as const;
    // A part of the VPC may be led through an appliance.
    const destination: RouteDestination = { kind: "ipv4", cidr: block("10.0.128.0/24") };
    must(region.routeTables.createRoute({ routeTableId, destination, target }));
    const seen = [states(region)[1]];
    const { id } = must(region.attachments.attach({ eniId: eni.id, instanceId, deviceIndex: 1 }));
    settle(region);
    seen.push(states(region)[1]);
    must(region.attachments.detach(id));
    seen.push(states(region)[1]);
    settle(region);
    must(region.enis.delete(eni.id));
    seen.push(states(region)[1]);
    expect(seen).toEqual(["blackhole", "active", "blackhole", "blackhole"]);
    // The other ENIs don't matter to it.
    attachNew(region, { subnetId, instanceId, deviceIndex: 1 });
    expect(states(region)[1]).toBe("blackhole");
  });

  test("to an ENI that outlives its instance become black holes", () => {
    const { region, subnetId, routeTableId } = withGateway();
    const instanceId = startInstance(region, { subnetId });
    const { id } = attachNew(region, { subnetId, instanceId, deviceIndex: 1 });
    const target = { kind: "eni", id } as const;
    must(region.routeTables.createRoute({ routeTableId, destination: anywhere, target }));
    must(region.instances.terminate([instanceId]));
    settle(region);
    expect(states(region)).toEqual(["active", "blackhole"]);
  });

  test("are replaced and deleted", () => {
    const { region, subnetId, routeTableId, gatewayId } = withGateway();
    const { id } = must(region.natGateways.create({ subnetId, connectivity: "private" }));
    const igw = { kind: "internetGateway", id: gatewayId } as const;
    const nat = { kind: "natGateway", id } as const;
    must(region.routeTables.createRoute({ routeTableId, destination: anywhere, target: igw }));
    must(region.routeTables.replaceRoute({ routeTableId, destination: anywhere, target: nat }));
    expect(region.routeTables.ofSubnet(subnetId).routes[1]?.target).toEqual(nat);
    must(region.routeTables.deleteRoute(routeTableId, anywhere));
    expect(states(region)).toEqual(["active"]);
    const again = region.routeTables.deleteRoute(routeTableId, anywhere);
    expect(codeOf(again)).toBe("InvalidRoute.NotFound");
    const replace = region.routeTables.replaceRoute({
      routeTableId,
      destination: anywhere,
      target: nat,
    });
    expect(codeOf(replace)).toBe("InvalidRoute.NotFound");
  });

  const ipv6 = (text: string): RouteDestination => ({
    kind: "ipv6",
    cidr: parseCidr6(text) ?? fail(),
  });

  test.each<{ name: string; change: (given: CreateRoute) => CreateRoute; want: string }>([
    { name: "to anywhere", change: (given) => given, want: "ok" },
    { name: "of IPv6", change: (given) => ({ ...given, destination: ipv6("::/0") }), want: "ok" },
    {
      name: "the same again",
      change: (given) => ({ ...given, destination: { kind: "ipv4", cidr: block("52.0.0.0/16") } }),
      want: "RouteAlreadyExists",
    },
    {
      name: "the same again, of IPv6",
      change: (given) => ({ ...given, destination: ipv6("2002::/16") }),
      want: "RouteAlreadyExists",
    },
    {
      name: "the local route",
      change: (given) => ({ ...given, destination: { kind: "ipv4", cidr: block("10.0.0.0/16") } }),
      want: "RouteAlreadyExists",
    },
    {
      name: "a part of the VPC to the outside",
      change: (given) => ({ ...given, destination: { kind: "ipv4", cidr: block("10.0.9.0/24") } }),
      want: "InvalidParameterValue",
    },
    {
      name: "an unknown table",
      change: (given) => ({ ...given, routeTableId: unknownTable }),
      want: "InvalidRouteTableID.NotFound",
    },
    {
      name: "an unknown internet gateway",
      change: (given) => ({
        ...given,
        target: { kind: "internetGateway", id: newId("internetGateway", newRandom(772)) },
      }),
      want: "InvalidInternetGatewayID.NotFound",
    },
    {
      name: "an unknown NAT gateway",
      change: (given) => ({
        ...given,
        target: { kind: "natGateway", id: newId("natGateway", newRandom(772)) },
      }),
      want: "NatGatewayNotFound",
    },
    {
      name: "an unknown ENI",
      change: (given) => ({ ...given, target: { kind: "eni", id: newId("eni", newRandom(772)) } }),
      want: "InvalidNetworkInterfaceID.NotFound",
    },
  ])("creating $name: $want", ({ change, want }) => {
    const { region, routeTableId, gatewayId } = withGateway();
    const target = { kind: "internetGateway", id: gatewayId } as const;
    for (const destination of [
      { kind: "ipv4", cidr: block("52.0.0.0/16") } as const,
      ipv6("2002::/16"),
    ]) {
      must(region.routeTables.createRoute({ routeTableId, destination, target }));
    }
    const outcome = region.routeTables.createRoute(
      change({ routeTableId, destination: anywhere, target }),
    );
    expect(codeOf(outcome)).toBe(want);
  });

  test("a target of another network, a replacement that is wrong, and the local route", () => {
    const { region, routeTableId, gatewayId } = withGateway();
    const { id } = must(region.internetGateways.create());
    const wrong = {
      routeTableId,
      destination: anywhere,
      target: { kind: "internetGateway", id } as const,
    };
    expect(codeOf(region.routeTables.createRoute(wrong))).toBe("InvalidParameterValue");
    must(region.routeTables.createRoute({ ...wrong, target: { ...wrong.target, id: gatewayId } }));
    expect(codeOf(region.routeTables.replaceRoute(wrong))).toBe("InvalidParameterValue");
    const local: RouteDestination = { kind: "ipv4", cidr: block("10.0.0.0/16") };
    expect(codeOf(region.routeTables.deleteRoute(routeTableId, local))).toBe(
      "InvalidParameterValue",
    );
    expect(codeOf(region.routeTables.deleteRoute(unknownTable, local))).toBe(
      "InvalidRouteTableID.NotFound",
    );
    expect(codeOf(region.routeTables.replaceRoute({ ...wrong, routeTableId: unknownTable }))).toBe(
      "InvalidRouteTableID.NotFound",
    );
    const missing = region.routeTables.deleteRoute(routeTableId, ipv6("::/0"));
    expect(messageOf(missing)).toContain("::/0");
  });

  test("the longest prefix wins", () => {
    const { region, subnetId, routeTableId, gatewayId } = withGateway();
    const target = { kind: "internetGateway", id: gatewayId } as const;
    for (const destination of [
      { kind: "ipv4", cidr: block("52.0.0.0/16") } as const,
      anywhere,
      ipv6("::/0"),
    ]) {
      must(region.routeTables.createRoute({ routeTableId, destination, target }));
    }
    const table = region.routeTables.ofSubnet(subnetId);
    const bits = ["10.0.200.1", "52.0.1.1", "8.8.8.8"].map((text) => {
      const destination = routeFor(table, address(text))?.destination;
      return destination?.cidr.bits;
    });
    expect(bits).toEqual([16, 16, 0]);
    must(region.routeTables.deleteRoute(routeTableId, anywhere));
    expect(routeFor(region.routeTables.ofSubnet(subnetId), address("8.8.8.8"))).toBeUndefined();
  });
});

function withGateway(given: Region = testRegion()) {
  const { region, vpcId, subnetId } = regionWithSubnet("10.0.1.0/24", given);
  const { id } = must(region.internetGateways.create());
  must(region.internetGateways.attach(id, vpcId));
  const routeTableId = region.routeTables.ofSubnet(subnetId).id;
  return { region, vpcId, subnetId, routeTableId, gatewayId: id };
}

function states(region: Region): readonly (string | undefined)[] {
  return region.records.routeTables.list()[0]?.routes.map(({ state }) => state) ?? [];
}

function fail(): never {
  throw new Error("the test is wrong");
}
