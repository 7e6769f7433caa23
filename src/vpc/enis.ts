import type { EniId } from "../facts/index.ts";
import type { CreateEni, Eni, EniAttributes } from "./eni.ts";
import { type Outcome, todo } from "./failure.ts";
import type { State } from "./state.ts";

/** The operations on ENIs, without their addresses and attachments. */
export class Enis {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * CreateNetworkInterface. All or nothing. Failures: `InvalidSubnetID.NotFound`, `InvalidGroup.NotFound`,
   * `InvalidParameter` (group of another VPC), `InvalidParameterValue` (address or prefix out of place),
   * `InvalidIPAddress.InUse`, `InvalidParameterCombination`, `InsufficientFreeAddressesInSubnet`,
   * `InsufficientCidrBlocks`, `PrivateIpAddressLimitExceeded` (more than any type allows),
   * `NetworkInterfaceLimitExceeded`, `SecurityGroupsPerInterfaceLimitExceeded`, `TagLimitExceeded`.
   */
  create(_request: CreateEni): Outcome<Eni> {
    return todo();
  }

  /**
   * DeleteNetworkInterface: frees its addresses at once. Failures: `InvalidNetworkInterfaceID.NotFound`,
   * `InvalidParameterValue` ("is currently in use") until a detachment is complete, `OperationNotPermitted`.
   */
  delete(_id: EniId): Outcome<undefined> {
    return todo();
  }

  /**
   * ModifyNetworkInterfaceAttribute: one attribute. Failures: `InvalidNetworkInterfaceID.NotFound`,
   * `InvalidAttachmentID.NotFound`, `InvalidGroup.NotFound`, `SecurityGroupsPerInterfaceLimitExceeded`,
   * `InvalidParameterCombination` (several), `MissingParameter` (none).
   */
  modify(_id: EniId, _attributes: EniAttributes): Outcome<Eni> {
    return todo();
  }
}
