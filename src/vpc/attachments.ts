import type { AttachmentId } from "../facts/index.ts";
import type { AttachEni, Attachment } from "./eni.ts";
import { type Outcome, todo } from "./failure.ts";
import type { State } from "./state.ts";

/** Attaching ENIs to instances and detaching them; both take time. */
export class Attachments {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * AttachNetworkInterface: `attaching` at once, `attached` after the delay; delete-on-termination is false.
   * Failures, in the order of the checks: `InvalidNetworkInterfaceID.NotFound`, `InvalidInstanceID.NotFound`,
   * `IncorrectInstanceState`, `InvalidNetworkInterface.InUse`, `InvalidParameterCombination` (other zone),
   * `InvalidParameterValue` (no such card; device index taken), `AttachmentLimitExceeded`,
   * `PrivateIpAddressLimitExceeded`, `InvalidParameterCombination` (prefixes without Nitro),
   * `InvalidParameterValue` (trunks).
   */
  attach(_request: AttachEni): Outcome<Attachment> {
    return todo();
  }

  /**
   * DetachNetworkInterface: `detaching` at once, gone after the delay. A second call succeeds.
   * Failures: `InvalidAttachmentID.NotFound`, `OperationNotPermitted` (device 0 of card 0).
   */
  detach(_id: AttachmentId): Outcome<undefined> {
    return todo();
  }
}
