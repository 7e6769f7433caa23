import type { EniId } from "../facts/index.ts";
import type { AddressSet, AssignAddresses, Ipv6AddressSet, Ipv6Request } from "./eni.ts";
import { type Outcome, todo } from "./failure.ts";
import type { State } from "./state.ts";

/** The operations on the addresses of ENIs. All or nothing, each of them. */
export class EniAddresses {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * AssignPrivateIpAddresses. Returns only what this call has added. Failures:
   * `InvalidNetworkInterfaceID.NotFound`, `PrivateIpAddressLimitExceeded` (attached ENIs),
   * `InsufficientFreeAddressesInSubnet`, `InsufficientCidrBlocks`, `InvalidParameterValue`,
   * `InvalidParameterCombination`, `MissingParameter`.
   */
  assign(_request: AssignAddresses): Outcome<AddressSet> {
    return todo();
  }

  /** UnassignPrivateIpAddresses. Failures: `InvalidNetworkInterfaceID.NotFound`, `InvalidParameterValue`. */
  unassign(_id: EniId, _set: Partial<AddressSet>): Outcome<undefined> {
    return todo();
  }

  /** AssignIpv6Addresses. Returns only what this call has added. Failures: as for IPv4; without a /64 `InvalidParameterValue`. */
  assignIpv6(_id: EniId, _request: Ipv6Request): Outcome<Ipv6AddressSet> {
    return todo();
  }

  /** UnassignIpv6Addresses. Returns what was taken away. Failures: `InvalidNetworkInterfaceID.NotFound`, `InvalidParameterValue`. */
  unassignIpv6(_id: EniId, _set: Partial<Ipv6AddressSet>): Outcome<Ipv6AddressSet> {
    return todo();
  }
}
