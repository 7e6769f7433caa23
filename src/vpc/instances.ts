import type { InstanceId } from "../facts/index.ts";
import type { Eni } from "./eni.ts";
import { type Outcome, todo } from "./failure.ts";
import type { Reservation, RunInstances, Termination } from "./instance.ts";
import type { State } from "./state.ts";

/** The operations on instances. */
export class Instances {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * RunInstances: each instance with its ENIs, attached at once; `running` after the delay.
   * Failures: those of CreateNetworkInterface and AttachNetworkInterface, `InvalidParameterValue` (type).
   */
  run(_request: RunInstances): Outcome<Reservation> {
    return todo();
  }

  /**
   * TerminateInstances: `shutting-down` at once; after the delay `terminated`, its ENIs deleted or available.
   * All or nothing. Failures: `InvalidInstanceID.NotFound`.
   */
  terminate(_ids: readonly InstanceId[]): Outcome<readonly Termination[]> {
    return todo();
  }

  /** The ENIs of an instance by card and device index; also those still attaching or detaching. */
  enisOf(_id: InstanceId): readonly Eni[] {
    return todo();
  }
}
