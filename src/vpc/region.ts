import type { Random } from "../base/index.ts";
import type {
  AllocationId,
  EniId,
  InstanceId,
  InternetGatewayId,
  NatGatewayId,
  NetworkAclId,
  RouteTableId,
  SecurityGroupId,
  SubnetCidrReservationId,
  SubnetId,
  VpcId,
} from "../facts/index.ts";
import { Attachments } from "./attachments.ts";
import { CidrReservations } from "./cidr-reservations.ts";
import { EniAddresses } from "./eni-addresses.ts";
import { Enis } from "./enis.ts";
import type { Eni } from "./eni.ts";
import type { Follower } from "./follower.ts";
import { finish } from "./finish.ts";
import { ElasticIps } from "./elastic-ips.ts";
import { InternetGateways } from "./internet-gateways.ts";
import { NatGateways } from "./nat-gateways.ts";
import type { ElasticIp, InternetGateway, NatGateway } from "./gateway.ts";
import { Instances } from "./instances.ts";
import type { Instance } from "./instance.ts";
import { NetworkAcls } from "./network-acls.ts";
import type { NetworkAcl } from "./network-acl.ts";
import { ResourceTags } from "./resource-tags.ts";
import { RouteTables } from "./route-tables.ts";
import type { RouteTable } from "./route-table.ts";
import { SecurityGroups } from "./security-groups.ts";
import type { SecurityGroup } from "./security-group.ts";
import type { RegionSettings } from "./settings.ts";
import { State } from "./state.ts";
import { Subnets } from "./subnets.ts";
import type { CidrReservation, Subnet } from "./subnet.ts";
import type { Directory } from "./table.ts";
import { Vpcs } from "./vpcs.ts";
import type { Vpc } from "./vpc.ts";

/** The records of a region: for each kind of resource `get`, `find` (with EC2's NotFound failure) and `list`. */
export interface Records {
  readonly vpcs: Directory<VpcId, Vpc>;
  readonly subnets: Directory<SubnetId, Subnet>;
  readonly reservations: Directory<SubnetCidrReservationId, CidrReservation>;
  readonly enis: Directory<EniId, Eni>;
  readonly instances: Directory<InstanceId, Instance>;
  readonly groups: Directory<SecurityGroupId, SecurityGroup>;
  readonly routeTables: Directory<RouteTableId, RouteTable>;
  readonly acls: Directory<NetworkAclId, NetworkAcl>;
  readonly internetGateways: Directory<InternetGatewayId, InternetGateway>;
  readonly natGateways: Directory<NatGatewayId, NatGateway>;
  readonly elasticIps: Directory<AllocationId, ElasticIp>;
}

/**
 * One account in one region of EC2, in memory: its VPCs and all that is in them, with EC2's rules.
 * It has no clock: time passes by {@link advance}, and every operation happens at the time of the last one.
 * The same seed, times and operations give the same ids, addresses and delays.
 */
export class Region {
  readonly settings: RegionSettings;
  /** What there is now. Records are values: keep them as long as you like, they don't change. */
  readonly records: Records;
  readonly vpcs: Vpcs;
  readonly subnets: Subnets;
  readonly reservations: CidrReservations;
  readonly groups: SecurityGroups;
  readonly routeTables: RouteTables;
  readonly acls: NetworkAcls;
  readonly internetGateways: InternetGateways;
  readonly natGateways: NatGateways;
  readonly elasticIps: ElasticIps;
  readonly enis: Enis;
  readonly addresses: EniAddresses;
  readonly attachments: Attachments;
  readonly instances: Instances;
  readonly tags: ResourceTags;
  readonly #state: State;

  constructor(settings: RegionSettings, start: { random: Random; nowMs: number }) {
    const state = new State(settings, start);
    this.#state = state;
    this.settings = settings;
    this.records = state;
    this.vpcs = new Vpcs(state);
    this.subnets = new Subnets(state);
    this.reservations = new CidrReservations(state);
    this.groups = new SecurityGroups(state);
    this.routeTables = new RouteTables(state);
    this.acls = new NetworkAcls(state);
    this.internetGateways = new InternetGateways(state);
    this.natGateways = new NatGateways(state);
    this.elasticIps = new ElasticIps(state);
    this.enis = new Enis(state);
    this.addresses = new EniAddresses(state);
    this.attachments = new Attachments(state);
    this.instances = new Instances(state);
    this.tags = new ResourceTags(state);
  }

  /** The region's time, milliseconds since the epoch. */
  get nowMs(): number {
    return this.#state.nowMs;
  }

  /** When {@link advance} has something to finish, milliseconds since the epoch; undefined when nothing is pending. */
  get nextDeadlineMs(): number | undefined {
    return this.#state.deadlines.nextMs;
  }

  /** Moves the time on and finishes what is due by then, each at its own time. An earlier time changes nothing. */
  advance(nowMs: number): void {
    const state = this.#state;
    for (let next = state.deadlines.take(nowMs); next; next = state.deadlines.take(nowMs)) {
      state.nowMs = Math.max(next.atMs, state.nowMs);
      finish(state, next.due);
    }
    state.nowMs = Math.max(nowMs, state.nowMs);
  }

  /**
   * Begins to read the changes. `wake` is called, inside the operation, when the first change since the last
   * `drain` arrives: it must only schedule a drain.
   */
  follow(wake: () => void = () => undefined): Follower {
    return this.#state.followers.follow(wake);
  }
}
