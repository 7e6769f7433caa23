import { invariant } from "../base/index.ts";
import {
  cidr6Contains,
  cidrContains,
  cidrCovers,
  cidrsOverlap,
  formatCidr,
  formatCidr6,
  type Ipv4,
} from "../net/index.ts";
import type { EniId, SubnetId, VpcId } from "../facts/index.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import { forgetAssociation } from "./route-tables.ts";
import type { State } from "./state.ts";
import { SubnetAddresses } from "./subnet-addresses.ts";
import { SubnetIpv6 } from "./subnet-ipv6.ts";
import type { CreateSubnet, Subnet, SubnetAttributes } from "./subnet.ts";
import { checkTags, putTags } from "./tags.ts";
import { hasVpcSize } from "./vpc-block.ts";
import type { Vpc } from "./vpc.ts";
import type { Zone } from "./zone.ts";

const IPV6_SUBNET_BITS = 64;

/** The operations on subnets, and questions about their addresses. */
export class Subnets {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * CreateSubnet. Failures: `InvalidVpcID.NotFound`, `InvalidSubnet.Range`, `InvalidSubnet.Conflict`,
   * `InvalidParameterValue` (unknown zone), `SubnetLimitExceeded`, those of CreateTags.
   */
  create(request: CreateSubnet): Outcome<Subnet> {
    const state = this.#state;
    const { vpcId, cidr, ipv6Cidr, tags } = request;
    const vpc = state.vpcs.find(vpcId);
    if (!vpc.ok) return vpc;
    const zone = this.#findZone(request.zone);
    if (!zone.ok) return zone;
    const others = subnetsOf(state, vpcId);
    const blocks = checkBlocks(request, { vpc: vpc.value, others });
    if (!blocks.ok) return blocks;
    if (others.length >= state.settings.quotas.subnetsPerVpc) {
      return refuse("SubnetLimitExceeded", "The maximum number of subnets has been reached.");
    }
    const checked = checkTags(state, { given: tags });
    if (!checked.ok) return checked;
    const id = state.newId("subnet");
    const ipv6 =
      ipv6Cidr === undefined
        ? undefined
        : { associationId: state.newId("vpcCidrAssociation"), cidr: ipv6Cidr };
    const subnet = state.subnets.put({
      id,
      vpcId,
      state: "pending",
      cidr,
      ipv6,
      zone: zone.value,
      acl: { id: vpc.value.defaultAclId, associationId: state.newId("networkAclAssociation") },
      mapPublicIpOnLaunch: false,
      assignIpv6OnCreation: false,
    });
    state.addresses.set(id, new SubnetAddresses(cidr));
    if (ipv6Cidr !== undefined) state.ipv6.set(id, new SubnetIpv6(ipv6Cidr));
    putTags(state, id, tags);
    state.publish({ kind: "subnetCreated", subnetId: id });
    state.later(state.settings.timing.create, { kind: "subnetAvailable", subnetId: id });
    return done(subnet);
  }

  /** DeleteSubnet, with its reservations. Failures: `InvalidSubnetID.NotFound`, `DependencyViolation` while an ENI is in it. */
  delete(id: SubnetId): Outcome<undefined> {
    const state = this.#state;
    const subnet = state.subnets.find(id);
    if (!subnet.ok) return subnet;
    if ((state.enisOfSubnet.get(id)?.size ?? 0) > 0) {
      return refuse(
        "DependencyViolation",
        `The subnet '${id}' has dependencies and cannot be deleted.`,
      );
    }
    for (const reservation of state.reservations.list()) {
      if (reservation.subnetId !== id) continue;
      state.reservations.delete(reservation.id);
      state.tags.delete(reservation.id);
    }
    forgetAssociation(state, subnet.value.vpcId, id);
    state.subnets.delete(id);
    state.addresses.delete(id);
    state.ipv6.delete(id);
    state.enisOfSubnet.delete(id);
    state.tags.delete(id);
    state.publish({ kind: "subnetDeleted", subnetId: id });
    return DONE;
  }

  /** ModifySubnetAttribute: one attribute. Failures: `InvalidSubnetID.NotFound`, `InvalidParameterCombination`, `MissingParameter`. */
  modify(id: SubnetId, attributes: SubnetAttributes): Outcome<Subnet> {
    const subnet = this.#state.subnets.find(id);
    if (!subnet.ok) return subnet;
    const { mapPublicIpOnLaunch, assignIpv6OnCreation } = attributes;
    if (mapPublicIpOnLaunch !== undefined && assignIpv6OnCreation !== undefined) {
      return refuse(
        "InvalidParameterCombination",
        "Only one subnet attribute can be modified at a time",
      );
    }
    if (mapPublicIpOnLaunch !== undefined) {
      return done(this.#state.subnets.change(id, { mapPublicIpOnLaunch }));
    }
    if (assignIpv6OnCreation !== undefined) {
      return done(this.#state.subnets.change(id, { assignIpv6OnCreation }));
    }
    return refuse("MissingParameter", "The request must contain a subnet attribute");
  }

  /** AvailableIpAddressCount of a subnet that exists. */
  availableCount(id: SubnetId): number {
    return accountOf(this.#state, id).availableCount;
  }

  /** How many aligned /28s outside CIDR reservations are wholly free in a subnet that exists. */
  openPrefixCount(id: SubnetId): number {
    return accountOf(this.#state, id).openPrefixCount;
  }

  /** The ENI that holds an address of a VPC, by itself or in a prefix. */
  holderOf(vpcId: VpcId, ip: Ipv4): EniId | undefined {
    const subnet = this.containing(vpcId, ip);
    return subnet === undefined ? undefined : accountOf(this.#state, subnet.id).holderOf(ip);
  }

  /** The subnet of a VPC that an address belongs to. */
  containing(vpcId: VpcId, ip: Ipv4): Subnet | undefined {
    return subnetsOf(this.#state, vpcId).find(({ cidr }) => cidrContains(cidr, ip));
  }

  #findZone(text: string | undefined): Outcome<Zone> {
    const { zones } = this.#state.settings;
    const zone =
      text === undefined ? zones[0] : zones.find(({ name, id }) => name === text || id === text);
    if (zone !== undefined) return done(zone);
    const names = zones.map(({ name }) => name).join(", ");
    return refuse(
      "InvalidParameterValue",
      `Value (${String(text)}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${names}.`,
    );
  }
}

/** The address account of a subnet that exists. */
export function accountOf(state: State, id: SubnetId): SubnetAddresses {
  const account = state.addresses.get(id);
  invariant(account !== undefined, `no address account for ${id}`);
  return account;
}

/** The subnets of a VPC. */
export function subnetsOf(state: State, vpcId: VpcId): readonly Subnet[] {
  return state.subnets.list().filter((subnet) => subnet.vpcId === vpcId);
}

/** Ends the pending state of a subnet, if it is still there. */
export function finishSubnet(state: State, id: SubnetId): void {
  if (state.subnets.get(id) !== undefined) state.subnets.change(id, { state: "available" });
}

function checkBlocks(
  { cidr, ipv6Cidr }: CreateSubnet,
  { vpc, others }: { vpc: Vpc; others: readonly Subnet[] },
): Outcome<undefined> {
  const usable = vpc.cidrs.filter(({ state }) => state === "associated");
  if (!hasVpcSize(cidr) || !usable.some((block) => cidrCovers(block.cidr, cidr))) {
    return refuse("InvalidSubnet.Range", `The CIDR '${formatCidr(cidr)}' is invalid.`);
  }
  if (others.some((other) => cidrsOverlap(other.cidr, cidr))) {
    return refuse(
      "InvalidSubnet.Conflict",
      `The CIDR '${formatCidr(cidr)}' conflicts with another subnet`,
    );
  }
  if (ipv6Cidr === undefined) return DONE;
  const inside = vpc.ipv6Cidrs.some(({ cidr: block }) => cidr6Contains(block, ipv6Cidr.base));
  if (ipv6Cidr.bits !== IPV6_SUBNET_BITS || !inside) {
    return refuse("InvalidSubnet.Range", `The CIDR '${formatCidr6(ipv6Cidr)}' is invalid.`);
  }
  if (others.some((other) => other.ipv6?.cidr.base === ipv6Cidr.base)) {
    return refuse(
      "InvalidSubnet.Conflict",
      `The CIDR '${formatCidr6(ipv6Cidr)}' conflicts with another subnet`,
    );
  }
  return DONE;
}
