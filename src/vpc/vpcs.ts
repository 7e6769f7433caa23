import type { VpcCidrAssociationId, VpcId } from "../facts/index.ts";
import type { Cidr } from "../net/index.ts";
import { type Outcome, todo } from "./failure.ts";
import type { State } from "./state.ts";
import type { CreateVpc, Vpc, VpcCidr, VpcIpv6Cidr } from "./vpc.ts";

/** The operations on VPCs. */
export class Vpcs {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * CreateVpc: with a main route table, a default security group and a default network ACL.
   * Failures: `InvalidVpc.Range`, `VpcLimitExceeded`.
   */
  create(_request: CreateVpc): Outcome<Vpc> {
    return todo();
  }

  /** DeleteVpc. Failures: `InvalidVpcID.NotFound`; `DependencyViolation` while it has subnets, gateways, or more than its defaults. */
  delete(_id: VpcId): Outcome<undefined> {
    return todo();
  }

  /**
   * AssociateVpcCidrBlock with an IPv4 block.
   * Failures: `InvalidVpcID.NotFound`, `InvalidVpc.Range`, `CidrLimitExceeded`.
   */
  associateCidr(_id: VpcId, _cidr: Cidr): Outcome<VpcCidr> {
    return todo();
  }

  /** AssociateVpcCidrBlock with a /56 from Amazon. Failures: `InvalidVpcID.NotFound`, `CidrLimitExceeded`. */
  associateIpv6(_id: VpcId): Outcome<VpcIpv6Cidr> {
    return todo();
  }

  /**
   * DisassociateVpcCidrBlock.
   * Failures: `InvalidAssociationID.NotFound`, `OperationNotPermitted` (the primary), `InvalidCidrBlock.InUse`.
   */
  disassociateCidr(
    _id: VpcCidrAssociationId,
  ): Outcome<{ readonly vpcId: VpcId; readonly cidr: VpcCidr }> {
    return todo();
  }
}
