import { BerthError, type Random } from "../../base/index.ts";
import type { RouteTableId, SubnetId, VpcId } from "../../facts/index.ts";
import {
  addIpv6,
  type Cidr,
  type Cidr6,
  cidr6Of,
  cidrOf,
  formatCidr,
  toIpv4,
} from "../../net/index.ts";
import {
  INSTANT_TIMING,
  type Outcome,
  Region,
  regionSettings,
  type Tags,
  type Vpc,
} from "../../vpc/index.ts";
import type { LabFile, LabSubnet } from "../labfile/lab-file.ts";
import { zonesOf } from "./zones.ts";

/** A region as the lab file describes it, without nodes. */
export interface BuiltRegion {
  readonly region: Region;
  readonly vpcId: VpcId;
  /** By the names of the lab file. */
  readonly subnetIds: ReadonlyMap<string, SubnetId>;
}

/** When and with which numbers a region begins. */
export interface RegionStart {
  readonly random: Random;
  readonly nowMs: number;
}

const EVERYWHERE: Cidr = cidrOf(toIpv4(0), 0);

/**
 * Makes the VPC, subnets, gateways and route tables of a lab file, all of them ready. Attaching and detaching take the file's
 * times; everything else in the region takes none, because waiting for it teaches nothing.
 */
export function buildRegion(lab: LabFile, start: RegionStart): BuiltRegion {
  const region = new Region(settingsOf(lab), start);
  const [primary, ...others] = lab.vpcCidrs;
  if (primary === undefined) throw new RangeError("a checked lab file has a block");
  const ipv6 = lab.kubernetes.ipFamily === "ipv6" ? "amazonProvided" : "none";
  const vpc = must(
    region.vpcs.create({ cidr: primary, ipv6, tags: named(lab.name) }),
    "create the VPC",
  );
  for (const cidr of others) {
    must(region.vpcs.associateCidr(vpc.id, cidr), `add ${formatCidr(cidr)} to the VPC`);
  }
  region.advance(start.nowMs);
  const subnetIds = new Map<string, SubnetId>();
  for (const [index, { name, cidr, zone }] of lab.subnets.entries()) {
    const ipv6Cidr = nth64(vpc, index);
    const request = { vpcId: vpc.id, cidr, ipv6Cidr, zone, tags: named(name) };
    const { id } = must(region.subnets.create(request), `create subnet ${name}`);
    subnetIds.set(name, id);
    if (ipv6Cidr === undefined) continue;
    must(region.subnets.modify(id, { assignIpv6OnCreation: true }), `give ${name} IPv6`);
  }
  region.advance(start.nowMs);
  const built = { region, vpcId: vpc.id, subnetIds };
  routeToInternet(lab, built);
  routeToNat(lab, built);
  region.advance(start.nowMs);
  return built;
}

/** The subnet's part of the VPC's /56. */
function nth64({ ipv6Cidrs: [block] }: Vpc, index: number): Cidr6 | undefined {
  return block && cidr6Of(addIpv6(block.cidr.base, BigInt(index) << 64n), 64);
}

function settingsOf({ region, publicAddresses, ec2 }: LabFile): ReturnType<typeof regionSettings> {
  const timing = {
    ...INSTANT_TIMING,
    attach: { minMs: ec2.attachMs, maxMs: ec2.attachMs },
    detach: { minMs: ec2.detachMs, maxMs: ec2.detachMs },
  };
  return regionSettings({
    name: region,
    zones: zonesOf(region),
    timing,
    publicIps: publicAddresses,
  });
}

function routeToInternet(lab: LabFile, { region, vpcId, subnetIds }: BuiltRegion): void {
  const users = lab.subnets.filter(({ route }) => route === "internet");
  if (users.length === 0) return;
  const { id } = must(region.internetGateways.create(named(lab.name)), "create a gateway");
  must(region.internetGateways.attach(id, vpcId), "attach the internet gateway");
  const routeTableId = tableFor(users, { built: { region, vpcId, subnetIds }, name: "public" });
  const target = { kind: "internetGateway", id } as const;
  const destination = { kind: "ipv4", cidr: EVERYWHERE } as const;
  must(region.routeTables.createRoute({ routeTableId, destination, target }), "add a route");
}

function routeToNat(lab: LabFile, built: BuiltRegion): void {
  const { region, subnetIds } = built;
  if (lab.natGateway === undefined) return;
  const subnetId = idOf(subnetIds, lab.natGateway.subnet);
  const { id: allocationId } = must(region.elasticIps.allocate(named("nat")), "get an address");
  const request = { subnetId, allocationId, tags: named("nat") };
  const { id } = must(region.natGateways.create(request), "create the NAT gateway");
  region.advance(region.nowMs);
  const users = lab.subnets.filter(({ route }) => route === "nat");
  const routeTableId = tableFor(users, { built, name: "private" });
  const target = { kind: "natGateway", id } as const;
  const destination = { kind: "ipv4", cidr: EVERYWHERE } as const;
  must(region.routeTables.createRoute({ routeTableId, destination, target }), "add a route");
}

interface TableOptions {
  readonly built: BuiltRegion;
  readonly name: string;
}

function tableFor(users: readonly LabSubnet[], { built, name }: TableOptions): RouteTableId {
  const { region, vpcId, subnetIds } = built;
  const { id } = must(region.routeTables.create({ vpcId, tags: named(name) }), "create a table");
  for (const subnet of users) {
    must(region.routeTables.associate(id, idOf(subnetIds, subnet.name)), "associate a table");
  }
  return id;
}

function idOf(subnetIds: ReadonlyMap<string, SubnetId>, name: string): SubnetId {
  const id = subnetIds.get(name);
  if (id === undefined) throw new RangeError(`a checked lab file names its subnets: ${name}`);
  return id;
}

function named(name: string): Tags {
  return new Map([["Name", name]]);
}

function must<T>(outcome: Outcome<T>, what: string): T {
  if (outcome.ok) return outcome.value;
  const { code, message } = outcome.error;
  throw new BerthError("labFile", `EC2's rules don't allow this lab to ${what}: ${message}`, {
    fix: "Change the lab file; the VPC user guide has the rules.",
    facts: { code },
  });
}
