import { type Action, DONE } from "../action.ts";
import { describeAction } from "../describe.ts";
import { optionalId, requiredId, select } from "../ids.ts";
import { need } from "../outcome.ts";
import { internetGatewayXml, natGatewayXml } from "../shapes/gateway.ts";
import { oneOf, optional, readTagSpecifications, toIpv4Value } from "../values.ts";
import type { World } from "../world.ts";

const describeInternetGateways: Action<World> = describeAction({
  name: "DescribeInternetGateways",
  set: "internetGatewaySet",
  ids: "InternetGatewayId",
  pageSize: [5, 1000],
  key: ["internetGatewayId"],
  filters: {
    "internet-gateway-id": "internetGatewayId",
    "attachment.vpc-id": "attachmentSet.vpcId",
    "attachment.state": "attachmentSet.state",
    "owner-id": "ownerId",
  },
  items: ({ world }, ids) =>
    select("internetGateway", { ids, from: world.region.records.internetGateways }).map((gateway) =>
      internetGatewayXml(gateway, world),
    ),
});

const createInternetGateway: Action<World> = {
  name: "CreateInternetGateway",
  kind: "change",
  required: [],
  optional: ["TagSpecification"],
  dryRun: true,
  run: ({ params, world }) => {
    const tags = readTagSpecifications(params, ["internet-gateway"])["internet-gateway"];
    const gateway = need(world.region.internetGateways.create(tags));
    return { internetGateway: internetGatewayXml(gateway, world) };
  },
};

const deleteInternetGateway: Action<World> = {
  name: "DeleteInternetGateway",
  kind: "change",
  required: ["InternetGatewayId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    const id = requiredId("internetGateway", { params, name: "InternetGatewayId" });
    need(world.region.internetGateways.delete(id));
    return DONE;
  },
};

function linkAction(operation: "attach" | "detach"): Action<World> {
  return {
    name: operation === "attach" ? "AttachInternetGateway" : "DetachInternetGateway",
    kind: "change",
    required: ["InternetGatewayId", "VpcId"],
    optional: [],
    dryRun: true,
    run: ({ params, world }) => {
      const id = requiredId("internetGateway", { params, name: "InternetGatewayId" });
      const vpcId = requiredId("vpc", { params, name: "VpcId" });
      need(world.region.internetGateways[operation](id, vpcId));
      return DONE;
    },
  };
}

const describeNatGateways: Action<World> = describeAction({
  name: "DescribeNatGateways",
  set: "natGatewaySet",
  ids: "NatGatewayId",
  pageSize: [5, 1000],
  key: ["natGatewayId"],
  filters: {
    "nat-gateway-id": "natGatewayId",
    state: "state",
    "subnet-id": "subnetId",
    "vpc-id": "vpcId",
  },
  items: ({ world }, ids) =>
    select("natGateway", { ids, from: world.region.records.natGateways }).map((gateway) =>
      natGatewayXml(gateway, world),
    ),
});

const createNatGateway: Action<World> = {
  name: "CreateNatGateway",
  kind: "change",
  required: ["SubnetId"],
  optional: [
    "AllocationId",
    "ConnectivityType",
    "PrivateIpAddress",
    "TagSpecification",
    "ClientToken",
  ],
  dryRun: true,
  run: ({ params, world }) => {
    const outcome = world.region.natGateways.create({
      subnetId: requiredId("subnet", { params, name: "SubnetId" }),
      connectivity: oneOf(["public", "private"], { params, name: "ConnectivityType" }),
      allocationId: optionalId("allocation", { params, name: "AllocationId" }),
      privateIp: optional(params.text("PrivateIpAddress"), toIpv4Value),
      tags: readTagSpecifications(params, ["natgateway"]).natgateway,
    });
    const clientToken = params.text("ClientToken");
    return { natGateway: natGatewayXml(need(outcome), world), clientToken };
  },
};

const deleteNatGateway: Action<World> = {
  name: "DeleteNatGateway",
  kind: "change",
  required: ["NatGatewayId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    const natGatewayId = requiredId("natGateway", { params, name: "NatGatewayId" });
    need(world.region.natGateways.delete(natGatewayId));
    return { natGatewayId };
  },
};

/** The actions on internet gateways and NAT gateways. */
export const gatewayActions: readonly Action<World>[] = [
  describeInternetGateways,
  createInternetGateway,
  deleteInternetGateway,
  linkAction("attach"),
  linkAction("detach"),
  describeNatGateways,
  createNatGateway,
  deleteNatGateway,
];
