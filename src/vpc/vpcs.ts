import { invariant } from "../base/index.ts";
import type { VpcCidrAssociationId, VpcId } from "../facts/index.ts";
import { addIpv6, type Cidr, type Cidr6, cidr6Of, cidrCovers, parseIpv6 } from "../net/index.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import { makeAcl } from "./network-acls.ts";
import {
  addLocalRoutes,
  makeRouteTable,
  removeLocalRoutes,
  routeTablesOf,
} from "./route-changes.ts";
import type { RouteDestination } from "./route-table.ts";
import { groupsOf, makeGroup } from "./security-groups.ts";
import type { State } from "./state.ts";
import { checkTags, putTags } from "./tags.ts";
import { checkFurtherBlock, checkPrimaryBlock } from "./vpc-block.ts";
import type { CreateVpc, Vpc, VpcCidr, VpcIpv6Cidr } from "./vpc.ts";

/** The operations on VPCs. */
export class Vpcs {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * CreateVpc: with a main route table, a default security group and a default network ACL.
   * Failures: `InvalidVpc.Range`, `VpcLimitExceeded`, those of CreateTags.
   */
  create({ cidr, instanceTenancy = "default", ipv6 = "none", tags }: CreateVpc): Outcome<Vpc> {
    const state = this.#state;
    const { vpcs: max } = state.settings.quotas;
    const range = checkPrimaryBlock(cidr);
    if (!range.ok) return range;
    const checked = checkTags(state, { given: tags });
    if (!checked.ok) return checked;
    if (state.vpcs.size >= max) {
      return refuse("VpcLimitExceeded", "The maximum number of VPCs has been reached.");
    }
    const id = state.newId("vpc");
    const ipv6Cidrs = ipv6 === "none" ? [] : [nextIpv6Block(state, "associated")];
    const local: readonly RouteDestination[] = [
      { kind: "ipv4", cidr },
      ...ipv6Cidrs.map((block) => ({ kind: "ipv6" as const, cidr: block.cidr })),
    ];
    const group = { name: "default", description: "default VPC security group" };
    const vpc = state.vpcs.put({
      id,
      state: "pending",
      cidrs: [{ associationId: state.newId("vpcCidrAssociation"), cidr, state: "associated" }],
      ipv6Cidrs,
      isDefault: false,
      instanceTenancy,
      dhcpOptionsId: state.newId("dhcpOptions"),
      mainRouteTableId: makeRouteTable(state, { vpcId: id, local, kind: "main" }).id,
      defaultGroupId: makeGroup(state, { ...group, vpcId: id, kind: "default" }).id,
      defaultAclId: makeAcl(state, { vpcId: id, kind: "default" }).id,
    });
    putTags(state, id, tags);
    state.publish({ kind: "vpcCreated", vpcId: id });
    state.later(state.settings.timing.create, { kind: "vpcAvailable", vpcId: id });
    return done(vpc);
  }

  /**
   * DeleteVpc, with its defaults. Failures: `InvalidVpcID.NotFound`; `DependencyViolation` while it has subnets,
   * an internet gateway, or groups, route tables and ACLs besides the defaults.
   */
  delete(id: VpcId): Outcome<undefined> {
    const state = this.#state;
    const found = state.vpcs.find(id);
    if (!found.ok) return found;
    const isOfVpc = ({ vpcId }: { readonly vpcId: VpcId | undefined }): boolean => vpcId === id;
    const { mainRouteTableId, defaultGroupId, defaultAclId } = found.value;
    const hasMore =
      state.subnets.list().some(isOfVpc) ||
      state.internetGateways.list().some(isOfVpc) ||
      groupsOf(state, id).some((group) => group.id !== defaultGroupId) ||
      routeTablesOf(state, id).some((table) => table.id !== mainRouteTableId) ||
      state.acls.list().some((acl) => isOfVpc(acl) && acl.id !== defaultAclId);
    if (hasMore) {
      return refuse(
        "DependencyViolation",
        `The vpc '${id}' has dependencies and cannot be deleted.`,
      );
    }
    state.routeTables.delete(mainRouteTableId);
    state.groups.delete(defaultGroupId);
    state.acls.delete(defaultAclId);
    state.vpcs.delete(id);
    for (const gone of [id, mainRouteTableId, defaultGroupId, defaultAclId])
      state.tags.delete(gone);
    state.publish({ kind: "vpcDeleted", vpcId: id });
    return DONE;
  }

  /**
   * AssociateVpcCidrBlock with an IPv4 block; usable and routed when `associated`.
   * Failures: `InvalidVpcID.NotFound`, `InvalidVpc.Range`, `CidrLimitExceeded`.
   */
  associateCidr(id: VpcId, cidr: Cidr): Outcome<VpcCidr> {
    const state = this.#state;
    const vpc = state.vpcs.find(id);
    if (!vpc.ok) return vpc;
    const { cidrs } = vpc.value;
    const present = cidrs.map((block) => block.cidr);
    const range = checkFurtherBlock(cidr, { present, destinations: destinationsOf(state, id) });
    if (!range.ok) return range;
    if (cidrs.length >= state.settings.quotas.cidrsPerVpc) return tooManyBlocks(id);
    const associationId = state.newId("vpcCidrAssociation");
    const added: VpcCidr = { associationId, cidr, state: "associating" };
    state.vpcs.change(id, { cidrs: [...cidrs, added] });
    this.#finishLater(id, associationId);
    return done(added);
  }

  /** AssociateVpcCidrBlock with a /56 of IPv6. Failures: `InvalidVpcID.NotFound`, `CidrLimitExceeded`. */
  associateIpv6(id: VpcId): Outcome<VpcIpv6Cidr> {
    const state = this.#state;
    const vpc = state.vpcs.find(id);
    if (!vpc.ok) return vpc;
    const { ipv6Cidrs } = vpc.value;
    if (ipv6Cidrs.length >= state.settings.quotas.cidrsPerVpc) return tooManyBlocks(id);
    const added = nextIpv6Block(state, "associating");
    state.vpcs.change(id, { ipv6Cidrs: [...ipv6Cidrs, added] });
    this.#finishLater(id, added.associationId);
    return done(added);
  }

  /**
   * DisassociateVpcCidrBlock of an IPv4 block. Failures: `InvalidAssociationID.NotFound`,
   * `OperationNotPermitted` (the primary), `InvalidCidrBlock.InUse` (it has subnets).
   */
  disassociateCidr(
    id: VpcCidrAssociationId,
  ): Outcome<{ readonly vpcId: VpcId; readonly cidr: VpcCidr }> {
    const state = this.#state;
    const isIt = (block: VpcCidr): boolean => block.associationId === id;
    const vpc = state.vpcs.list().find(({ cidrs }) => cidrs.some(isIt));
    const block = vpc?.cidrs.find(isIt);
    if (vpc === undefined || block === undefined) {
      return refuse(
        "InvalidAssociationID.NotFound",
        `The vpc CIDR block association ID '${id}' does not exist`,
      );
    }
    if (block === vpc.cidrs[0]) {
      return refuse(
        "OperationNotPermitted",
        `The vpc CIDR block with association ID ${id} may not be disassociated. It is the primary IPv4 CIDR block of the VPC`,
      );
    }
    const subnets = state.subnets.list().filter((subnet) => subnet.vpcId === vpc.id);
    if (subnets.some((subnet) => cidrCovers(block.cidr, subnet.cidr))) {
      return refuse(
        "InvalidCidrBlock.InUse",
        `The vpc ${vpc.id} currently has a subnet within CIDR block association ${id}`,
      );
    }
    state.vpcs.change(vpc.id, { cidrs: vpc.cidrs.filter((other) => other !== block) });
    removeLocalRoutes(state, vpc.id, { kind: "ipv4", cidr: block.cidr });
    state.publish({ kind: "vpcCidrDisassociated", vpcId: vpc.id, cidr: block.cidr });
    return done({ vpcId: vpc.id, cidr: block });
  }

  #finishLater(vpcId: VpcId, id: VpcCidrAssociationId): void {
    const { timing } = this.#state.settings;
    this.#state.later(timing.associateCidr, { kind: "cidrAssociated", vpcId, id });
  }
}

/** Ends the pending state of a VPC, if it is still there. */
export function finishVpc(state: State, id: VpcId): void {
  if (state.vpcs.get(id) !== undefined) state.vpcs.change(id, { state: "available" });
}

/** Makes a block of a VPC usable, if both are still there. */
export function finishCidr(state: State, vpcId: VpcId, id: VpcCidrAssociationId): void {
  const vpc = state.vpcs.get(vpcId);
  if (vpc === undefined) return;
  const cidr = vpc.cidrs.find((block) => block.associationId === id)?.cidr;
  if (cidr !== undefined) {
    state.vpcs.change(vpcId, { cidrs: vpc.cidrs.map((block) => associated(block, id)) });
    addLocalRoutes(state, vpcId, { kind: "ipv4", cidr });
    state.publish({ kind: "vpcCidrAssociated", vpcId, cidr });
  }
  const ipv6 = vpc.ipv6Cidrs.find((block) => block.associationId === id)?.cidr;
  if (ipv6 !== undefined) {
    state.vpcs.change(vpcId, { ipv6Cidrs: vpc.ipv6Cidrs.map((block) => associated(block, id)) });
    addLocalRoutes(state, vpcId, { kind: "ipv6", cidr: ipv6 });
  }
}

function associated<T extends { readonly associationId: VpcCidrAssociationId }>(
  block: T,
  id: VpcCidrAssociationId,
): T {
  return block.associationId === id ? { ...block, state: "associated" } : block;
}

function destinationsOf(state: State, vpcId: VpcId): readonly Cidr[] {
  return routeTablesOf(state, vpcId)
    .flatMap(({ routes }) => routes)
    .flatMap(({ destination, target }) =>
      destination.kind === "ipv4" && target.kind !== "local" ? [destination.cidr] : [],
    );
}

function tooManyBlocks(id: VpcId): Outcome<never> {
  return refuse(
    "CidrLimitExceeded",
    `This network '${id}' has met its maximum number of allowed CIDRs`,
  );
}

function nextIpv6Block(state: State, now: VpcIpv6Cidr["state"]): VpcIpv6Cidr {
  const index = state.ipv6BlockCount++;
  return { associationId: state.newId("vpcCidrAssociation"), cidr: ipv6Block(index), state: now };
}

/** The /56 with that number in 2001:db8::/32, the documentation prefix (RFC 3849). */
function ipv6Block(index: number): Cidr6 {
  const first = parseIpv6("2001:db8::");
  invariant(first !== undefined && index < 2 ** 24, "out of IPv6 blocks");
  return cidr6Of(addIpv6(first, BigInt(index) << 72n), 56);
}
