import type {
  EniId,
  InternetGatewayId,
  NatGatewayId,
  RouteTableAssociationId,
  RouteTableId,
  SubnetId,
  VpcId,
} from "../facts/index.ts";
import { type Cidr, type Cidr6, cidrContains, type Ipv4 } from "../net/index.ts";
import type { Tags } from "./tag.ts";

/** A route table. The one that is the VPC's main table also serves subnets without an association. */
export interface RouteTable {
  readonly id: RouteTableId;
  readonly vpcId: VpcId;
  readonly main: { readonly associationId: RouteTableAssociationId } | undefined;
  /** The local routes first, then in the order in which they were added. */
  readonly routes: readonly Route[];
  readonly associations: readonly RouteTableAssociation[];
}

/** A subnet that uses a table explicitly. */
export interface RouteTableAssociation {
  readonly id: RouteTableAssociationId;
  readonly subnetId: SubnetId;
}

/** One route. */
export interface Route {
  readonly destination: RouteDestination;
  readonly target: RouteTarget;
  /** `blackhole` when the target has vanished, or is an ENI without an instance. */
  readonly state: "active" | "blackhole";
  readonly origin: "CreateRouteTable" | "CreateRoute";
}

/** Where a route leads from. */
export type RouteDestination =
  { readonly kind: "ipv4"; readonly cidr: Cidr } | { readonly kind: "ipv6"; readonly cidr: Cidr6 };

/** Where a route leads to. */
export type RouteTarget =
  | { readonly kind: "local" }
  | { readonly kind: "internetGateway"; readonly id: InternetGatewayId }
  | { readonly kind: "natGateway"; readonly id: NatGatewayId }
  | { readonly kind: "eni"; readonly id: EniId };

/** What CreateRouteTable takes. */
export interface CreateRouteTable {
  readonly vpcId: VpcId;
  readonly tags?: Tags | undefined;
}

/** What CreateRoute and ReplaceRoute take. */
export interface CreateRoute {
  readonly routeTableId: RouteTableId;
  readonly destination: RouteDestination;
  readonly target: Exclude<RouteTarget, { kind: "local" }>;
}

/** The route of a table for an address: the one with the longest prefix, or undefined. */
export function routeFor(table: RouteTable, ip: Ipv4): Route | undefined {
  let best: Route | undefined;
  let bestBits = -1;
  for (const route of table.routes) {
    const { destination } = route;
    if (destination.kind !== "ipv4" || destination.cidr.bits <= bestBits) continue;
    if (!cidrContains(destination.cidr, ip)) continue;
    best = route;
    bestBits = destination.cidr.bits;
  }
  return best;
}
