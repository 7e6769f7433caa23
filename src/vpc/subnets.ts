import type { EniId, SubnetId, VpcId } from "../facts/index.ts";
import type { Ipv4 } from "../net/index.ts";
import { type Outcome, todo } from "./failure.ts";
import type { State } from "./state.ts";
import type { CreateSubnet, Subnet, SubnetAttributes } from "./subnet.ts";

/** The operations on subnets, and questions about their addresses. */
export class Subnets {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * CreateSubnet. Failures: `InvalidVpcID.NotFound`, `InvalidSubnet.Range`, `InvalidSubnet.Conflict`,
   * `InvalidParameterValue` (unknown zone), `SubnetLimitExceeded`.
   */
  create(_request: CreateSubnet): Outcome<Subnet> {
    return todo();
  }

  /** DeleteSubnet. Failures: `InvalidSubnetID.NotFound`, `DependencyViolation` while an ENI is in it. */
  delete(_id: SubnetId): Outcome<undefined> {
    return todo();
  }

  /** ModifySubnetAttribute. Failures: `InvalidSubnetID.NotFound`, `InvalidParameterCombination`, `MissingParameter`. */
  modify(_id: SubnetId, _attributes: SubnetAttributes): Outcome<Subnet> {
    return todo();
  }

  /** AvailableIpAddressCount of a subnet that exists. */
  availableCount(_id: SubnetId): number {
    return todo();
  }

  /** The ENI that holds an address of a VPC, by itself or in a prefix. */
  holderOf(_vpcId: VpcId, _ip: Ipv4): EniId | undefined {
    return todo();
  }

  /** The subnet of a VPC that an address belongs to. */
  containing(_vpcId: VpcId, _ip: Ipv4): Subnet | undefined {
    return todo();
  }
}
