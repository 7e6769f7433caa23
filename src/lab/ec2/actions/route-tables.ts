import { type Action, DONE } from "../action.ts";
import { describeAction } from "../describe.ts";
import { requiredId, select } from "../ids.ts";
import { need } from "../outcome.ts";
import { routeTableXml } from "../shapes/route-table.ts";
import { readTagSpecifications } from "../values.ts";
import type { World } from "../world.ts";

const describeRouteTables: Action<World> = describeAction({
  name: "DescribeRouteTables",
  set: "routeTableSet",
  ids: "RouteTableId",
  pageSize: [5, 100],
  key: ["routeTableId"],
  filters: {
    "route-table-id": "routeTableId",
    "vpc-id": "vpcId",
    "owner-id": "ownerId",
    "association.main": "associationSet.main",
    "association.subnet-id": "associationSet.subnetId",
    "association.gateway-id": "associationSet.gatewayId",
    "association.route-table-id": "associationSet.routeTableId",
    "association.route-table-association-id": "associationSet.routeTableAssociationId",
    "route.destination-cidr-block": "routeSet.destinationCidrBlock",
    "route.gateway-id": "routeSet.gatewayId",
    "route.nat-gateway-id": "routeSet.natGatewayId",
    "route.instance-id": "routeSet.instanceId",
    "route.origin": "routeSet.origin",
    "route.state": "routeSet.state",
  },
  items: ({ world }, ids) =>
    select("routeTable", { ids, from: world.region.records.routeTables }).map((table) =>
      routeTableXml(table, world),
    ),
});

const createRouteTable: Action<World> = {
  name: "CreateRouteTable",
  kind: "change",
  required: ["VpcId"],
  optional: ["TagSpecification", "ClientToken"],
  dryRun: true,
  run: ({ params, world }) => {
    const outcome = world.region.routeTables.create({
      vpcId: requiredId("vpc", { params, name: "VpcId" }),
      tags: readTagSpecifications(params, ["route-table"])["route-table"],
    });
    const clientToken = params.text("ClientToken");
    return { routeTable: routeTableXml(need(outcome), world), clientToken };
  },
};

const deleteRouteTable: Action<World> = {
  name: "DeleteRouteTable",
  kind: "change",
  required: ["RouteTableId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    const id = requiredId("routeTable", { params, name: "RouteTableId" });
    need(world.region.routeTables.delete(id));
    return DONE;
  },
};

const associateRouteTable: Action<World> = {
  name: "AssociateRouteTable",
  kind: "change",
  required: ["RouteTableId", "SubnetId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    const id = requiredId("routeTable", { params, name: "RouteTableId" });
    const subnetId = requiredId("subnet", { params, name: "SubnetId" });
    const association = need(world.region.routeTables.associate(id, subnetId));
    return { associationId: association.id, associationState: { state: "associated" } };
  },
};

const disassociateRouteTable: Action<World> = {
  name: "DisassociateRouteTable",
  kind: "change",
  required: ["AssociationId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    const id = requiredId("routeTableAssociation", { params, name: "AssociationId" });
    need(world.region.routeTables.disassociate(id));
    return DONE;
  },
};

/** The actions on route tables as a whole. */
export const routeTableActions: readonly Action<World>[] = [
  describeRouteTables,
  createRouteTable,
  deleteRouteTable,
  associateRouteTable,
  disassociateRouteTable,
];
