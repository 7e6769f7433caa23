import { assertNever } from "../../../base/index.ts";
import { formatCidr, formatCidr6 } from "../../../net/index.ts";
import type { Route, RouteTable, RouteTarget } from "../../../vpc/index.ts";
import type { World } from "../world.ts";
import type { XmlStruct } from "../xml.ts";
import { tagItems } from "./tag.ts";

/** A route table of DescribeRouteTables and CreateRouteTable. */
export function routeTableXml(table: RouteTable, world: World): XmlStruct {
  const { region } = world;
  const main = table.main === undefined ? [] : [associationXml(table, table.main.associationId)];
  const explicit = table.associations.map(({ id, subnetId }) =>
    associationXml(table, id, subnetId),
  );
  return {
    routeTableId: table.id,
    vpcId: table.vpcId,
    ownerId: region.settings.accountId,
    routeSet: table.routes.map((route) => routeXml(route, world)),
    associationSet: [...main, ...explicit],
    propagatingVgwSet: [],
    tagSet: tagItems(region.tags.of(table.id)),
  };
}

function associationXml(table: RouteTable, id: string, subnetId?: string): XmlStruct {
  return {
    routeTableAssociationId: id,
    routeTableId: table.id,
    subnetId,
    main: subnetId === undefined,
    associationState: { state: "associated" },
  };
}

function routeXml({ destination, target, state, origin }: Route, world: World): XmlStruct {
  return {
    destinationCidrBlock: destination.kind === "ipv4" ? formatCidr(destination.cidr) : undefined,
    destinationIpv6CidrBlock:
      destination.kind === "ipv6" ? formatCidr6(destination.cidr) : undefined,
    ...targetXml(target, world),
    state,
    origin,
  };
}

function targetXml(target: RouteTarget, { region }: World): XmlStruct {
  switch (target.kind) {
    case "local":
      return { gatewayId: "local" };
    case "internetGateway":
      return { gatewayId: target.id };
    case "natGateway":
      return { natGatewayId: target.id };
    case "eni": {
      const instanceId = region.records.enis.get(target.id)?.attachment?.instanceId;
      const instanceOwnerId = instanceId === undefined ? undefined : region.settings.accountId;
      return { networkInterfaceId: target.id, instanceId, instanceOwnerId };
    }
    default:
      return assertNever(target);
  }
}
