import { invariant } from "../../base/index.ts";
import type { EniId, InstanceId, NatGatewayId, RouteTableId } from "../../facts/index.ts";
import { addIpv4, type Cidr, cidrOf, type Ipv4, type Mac } from "../../net/index.ts";
import type { Eni, NatGateway, Region, Route, RouteTable } from "../../vpc/index.ts";
import { ipv6Block, type Ipv6Blocks } from "./ipv6-ports.ts";

/** What a region should look like in the kernel. */
export interface FabricPlan {
  /** The blocks of all VPCs: inside them the fabric knows every address or none. */
  readonly vpcCidrs: readonly Cidr[];
  /** The router's address in each subnet, its second address. */
  readonly gatewayAddresses: readonly Ipv4[];
  /** The NAT gateways that work. */
  readonly natGateways: readonly PlannedNatGateway[];
  readonly ports: ReadonlyMap<EniId, Port>;
  readonly routeTables: readonly PlannedTable[];
  /** Private addresses that the internet gateway knows, with the address that the outside sees. */
  readonly publicAddresses: readonly PublicAddress[];
}

/** A NAT gateway: its own address, and the router's in its subnet. */
export interface PlannedNatGateway {
  readonly id: NatGatewayId;
  readonly address: Ipv4;
  readonly gateway: Ipv4;
  readonly subnetBits: number;
}

/** An ENI that is plugged into a machine. */
export interface Port {
  readonly eniId: EniId;
  readonly holder: PortHolder;
  /** The name of the machine's end: `eth0`. */
  readonly device: string;
  readonly mac: Mac;
  readonly primary: Ipv4;
  /** Secondary addresses, as blocks of one, and delegated prefixes. */
  readonly blocks: readonly Cidr[];
  /** Its IPv6 addresses and prefixes; none: it has no IPv6. */
  readonly ipv6: Ipv6Blocks;
  /** Whether only packets from the ENI's own addresses pass. */
  readonly sourceCheck: boolean;
}

/** Whose machine an ENI is plugged into. */
export type PortHolder =
  | { readonly kind: "instance"; readonly id: InstanceId }
  | { readonly kind: "natGateway"; readonly id: NatGatewayId };

/** A route table and the subnets that use it. */
export interface PlannedTable {
  readonly id: RouteTableId;
  readonly subnets: readonly Cidr[];
  readonly routes: readonly PlannedRoute[];
}

/** A route to outside the VPC. */
export interface PlannedRoute {
  readonly destination: Cidr;
  readonly target:
    | { readonly kind: "internet" }
    | { readonly kind: "port"; readonly eniId: EniId }
    | { readonly kind: "nowhere" };
}

/** One line of the internet gateway's translation. */
export interface PublicAddress {
  readonly privateIp: Ipv4;
  readonly publicIp: Ipv4;
}

/** Works out what the kernel should hold for a region as it is now. */
export function planFabric(region: Region): FabricPlan {
  const { vpcs, subnets, enis, natGateways, routeTables } = region.records;
  const working = natGateways
    .list()
    .filter(({ state }) => state === "pending" || state === "available");
  const ports = new Map<EniId, Port>();
  for (const eni of enis.list()) {
    const port = portOf(eni, working);
    if (port !== undefined) ports.set(eni.id, port);
  }
  return {
    vpcCidrs: vpcs.list().flatMap(({ cidrs }) => cidrs.map(({ cidr }) => cidr)),
    gatewayAddresses: subnets.list().map(({ cidr }) => addIpv4(cidr.base, 1)),
    natGateways: working.map((gateway) => planNatGateway(region, gateway)),
    ports,
    routeTables: routeTables.list().map((table) => planTable(region, table)),
    publicAddresses: publicAddresses(region, working),
  };
}

function publicAddresses({ records }: Region, working: readonly NatGateway[]): PublicAddress[] {
  return [
    ...working.flatMap(({ privateIp, elasticIp }) =>
      elasticIp === undefined ? [] : [{ privateIp, publicIp: elasticIp.publicIp }],
    ),
    ...records.elasticIps
      .list()
      .flatMap(({ publicIp, association }) =>
        association === undefined ? [] : [{ privateIp: association.privateIp, publicIp }],
      ),
  ];
}

function planNatGateway({ records }: Region, gateway: NatGateway): PlannedNatGateway {
  const subnet = records.subnets.get(gateway.subnetId);
  invariant(subnet !== undefined, "a NAT gateway is in a subnet");
  const { base, bits } = subnet.cidr;
  return {
    id: gateway.id,
    address: gateway.privateIp,
    gateway: addIpv4(base, 1),
    subnetBits: bits,
  };
}

function portOf(eni: Eni, natGateways: readonly NatGateway[]): Port | undefined {
  const [primary, ...secondary] = eni.addresses;
  const holder = holderOf(eni, natGateways);
  if (primary === undefined || holder === undefined) return undefined;
  return {
    eniId: eni.id,
    holder,
    device: deviceOf(eni),
    mac: eni.mac,
    primary,
    blocks: [...secondary.map((ip) => cidrOf(ip, 32)), ...eni.prefixes],
    ipv6: [...eni.ipv6Addresses.map(ipv6Block), ...eni.ipv6Prefixes],
    sourceCheck: eni.sourceDestCheck && holder.kind === "instance",
  };
}

function holderOf(
  { id, attachment }: Eni,
  natGateways: readonly NatGateway[],
): PortHolder | undefined {
  const gateway = natGateways.find(({ eniId }) => eniId === id);
  if (gateway !== undefined) return { kind: "natGateway", id: gateway.id };
  // An ENI that is still attaching is not in the machine; one that is detaching still is.
  if (attachment === undefined || attachment.status === "attaching") return undefined;
  return { kind: "instance", id: attachment.instanceId };
}

/** As Amazon Linux names them: `eth1` for device 1, and with the card's number from card 1 on. */
function deviceOf({ attachment }: Eni): string {
  if (attachment === undefined) return "eth0";
  const { deviceIndex, networkCardIndex } = attachment;
  return networkCardIndex === 0 ? `eth${deviceIndex}` : `eth${networkCardIndex}x${deviceIndex}`;
}

function planTable(region: Region, table: RouteTable): PlannedTable {
  const using = region.records.subnets
    .list()
    .filter(({ id }) => region.routeTables.ofSubnet(id).id === table.id);
  return {
    id: table.id,
    subnets: using.map(({ cidr }) => cidr),
    routes: table.routes.flatMap((route) => planRoute(region, route)),
  };
}

function planRoute({ records }: Region, { destination, target, state }: Route): PlannedRoute[] {
  // Local routes are the router's own knowledge of every ENI; IPv6 stays inside the VPC.
  if (destination.kind !== "ipv4" || target.kind === "local") return [];
  const to = (planned: PlannedRoute["target"]): PlannedRoute[] => [
    { destination: destination.cidr, target: planned },
  ];
  if (state === "blackhole") return to({ kind: "nowhere" });
  switch (target.kind) {
    case "internetGateway":
      return to({ kind: "internet" });
    case "eni":
      return to({ kind: "port", eniId: target.id });
    case "natGateway": {
      const gateway = records.natGateways.get(target.id);
      invariant(gateway !== undefined, "an active route leads to a gateway that exists");
      return to({ kind: "port", eniId: gateway.eniId });
    }
  }
}
