import type { Random } from "../base/index.ts";
import {
  type AttachmentId,
  type EniId,
  type InstanceId,
  newId,
  type ResourceIds,
  type ResourceKind,
  type SubnetId,
} from "../facts/index.ts";
import type { Mac } from "../net/index.ts";
import type { ChangeDetail } from "./change.ts";
import { Deadlines, type Due } from "./deadlines.ts";
import type { Eni } from "./eni.ts";
import { Followers } from "./follower.ts";
import type { ElasticIp, InternetGateway, NatGateway } from "./gateway.ts";
import type { Instance } from "./instance.ts";
import type { NetworkAcl } from "./network-acl.ts";
import type { RouteTable } from "./route-table.ts";
import type { SecurityGroup } from "./security-group.ts";
import type { Delay, RegionSettings } from "./settings.ts";
import type { SubnetAddresses } from "./subnet-addresses.ts";
import type { SubnetIpv6 } from "./subnet-ipv6.ts";
import type { CidrReservation, Subnet } from "./subnet.ts";
import { Table } from "./table.ts";
import type { Tags } from "./tag.ts";
import type { Vpc } from "./vpc.ts";

/** Everything a region knows. Only the operations of this room change it. */
export class State {
  readonly settings: RegionSettings;
  readonly random: Random;
  readonly deadlines: Deadlines = new Deadlines();
  readonly followers: Followers = new Followers();
  /** The time of the last `advance`; what an operation does happens then. */
  nowMs: number;

  readonly vpcs: Table<"vpc", Vpc> = new Table({
    code: "InvalidVpcID.NotFound",
    what: "The vpc ID",
  });
  readonly subnets: Table<"subnet", Subnet> = new Table({
    code: "InvalidSubnetID.NotFound",
    what: "The subnet ID",
  });
  readonly reservations: Table<"subnetCidrReservation", CidrReservation> = new Table({
    code: "InvalidSubnetCidrReservationID.NotFound",
    what: "The subnet CIDR reservation ID",
  });
  readonly enis: Table<"eni", Eni> = new Table({
    code: "InvalidNetworkInterfaceID.NotFound",
    what: "The networkInterface ID",
  });
  readonly instances: Table<"instance", Instance> = new Table({
    code: "InvalidInstanceID.NotFound",
    what: "The instance ID",
  });
  readonly groups: Table<"securityGroup", SecurityGroup> = new Table({
    code: "InvalidGroup.NotFound",
    what: "The security group",
  });
  readonly routeTables: Table<"routeTable", RouteTable> = new Table({
    code: "InvalidRouteTableID.NotFound",
    what: "The routeTable ID",
  });
  readonly acls: Table<"networkAcl", NetworkAcl> = new Table({
    code: "InvalidNetworkAclID.NotFound",
    what: "The networkAcl ID",
  });
  readonly internetGateways: Table<"internetGateway", InternetGateway> = new Table({
    code: "InvalidInternetGatewayID.NotFound",
    what: "The internetGateway ID",
  });
  readonly natGateways: Table<"natGateway", NatGateway> = new Table({
    code: "NatGatewayNotFound",
    what: "The NatGateway ID",
  });
  readonly elasticIps: Table<"allocation", ElasticIp> = new Table({
    code: "InvalidAllocationID.NotFound",
    what: "The allocation ID",
  });

  /** The address accounts of the subnets. */
  readonly addresses: Map<SubnetId, SubnetAddresses> = new Map();
  readonly ipv6: Map<SubnetId, SubnetIpv6> = new Map();
  readonly enisOfInstance: Map<InstanceId, Set<EniId>> = new Map();
  readonly enisOfSubnet: Map<SubnetId, Set<EniId>> = new Map();
  readonly eniOfAttachment: Map<AttachmentId, EniId> = new Map();
  readonly tags: Map<string, Tags> = new Map();

  /** The /56 blocks handed out so far. */
  ipv6BlockCount = 0;
  readonly macs: Set<Mac> = new Set();

  constructor(settings: RegionSettings, { random, nowMs }: { random: Random; nowMs: number }) {
    this.settings = settings;
    this.random = random;
    this.nowMs = nowMs;
  }

  /** A new id of that kind. */
  newId<K extends ResourceKind>(kind: K): ResourceIds[K] {
    return newId(kind, this.random);
  }

  /** Tells the followers. */
  publish(change: ChangeDetail): void {
    this.followers.publish({ ...change, atMs: this.nowMs });
  }

  /** Lets it be finished after a time drawn from the delay. */
  later(delay: Delay, due: Due): void {
    const drawnMs = delay.minMs + this.random.below(delay.maxMs - delay.minMs + 1);
    this.deadlines.add(this.nowMs + drawnMs, due);
  }
}
