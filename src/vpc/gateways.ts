import type { AllocationId, InternetGatewayId, NatGatewayId, VpcId } from "../facts/index.ts";
import { type Outcome, todo } from "./failure.ts";
import type { CreateNatGateway, ElasticIp, InternetGateway, NatGateway } from "./gateway.ts";
import type { State } from "./state.ts";
import type { Tags } from "./tag.ts";

/** The operations on internet gateways. */
export class InternetGateways {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** CreateInternetGateway. */
  create(_tags?: Tags): Outcome<InternetGateway> {
    return todo();
  }

  /** DeleteInternetGateway. Failures: NotFound; `DependencyViolation` while attached. */
  delete(_id: InternetGatewayId): Outcome<undefined> {
    return todo();
  }

  /** AttachInternetGateway. Failures: NotFound of both; `Resource.AlreadyAssociated`; `InvalidParameterValue` (the VPC has one). */
  attach(_id: InternetGatewayId, _vpcId: VpcId): Outcome<undefined> {
    return todo();
  }

  /** DetachInternetGateway. Failures: NotFound of both; `Gateway.NotAttached`. */
  detach(_id: InternetGatewayId, _vpcId: VpcId): Outcome<undefined> {
    return todo();
  }
}

/** The operations on NAT gateways. */
export class NatGateways {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * CreateNatGateway: takes an address of the subnet, on an ENI of type `natGateway`.
   * Failures: `InvalidSubnetID.NotFound`, `InvalidAllocationID.NotFound`, `Resource.AlreadyAssociated`,
   * `MissingParameter` (public without allocation), `InvalidParameterCombination` (private with one), those of the address.
   */
  create(_request: CreateNatGateway): Outcome<NatGateway> {
    return todo();
  }

  /** DeleteNatGateway: frees its addresses after the delay. Failures: `NatGatewayNotFound`. */
  delete(_id: NatGatewayId): Outcome<NatGateway> {
    return todo();
  }
}

/** The operations on Elastic IP addresses. */
export class ElasticIps {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** AllocateAddress: the lowest free address of the region's public block. Failure: `AddressLimitExceeded`. */
  allocate(_tags?: Tags): Outcome<ElasticIp> {
    return todo();
  }

  /** ReleaseAddress. Failures: `InvalidAllocationID.NotFound`, `InvalidIPAddress.InUse`. */
  release(_id: AllocationId): Outcome<undefined> {
    return todo();
  }
}
