import type { SubnetCidrReservationId } from "../facts/index.ts";
import { type Outcome, todo } from "./failure.ts";
import type { State } from "./state.ts";
import type { CidrReservation, CreateCidrReservation } from "./subnet.ts";

/** The operations on subnet CIDR reservations. */
export class CidrReservations {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** CreateSubnetCidrReservation. Failures: `InvalidSubnetID.NotFound`, `InvalidParameterValue` (outside, overlap). */
  create(_request: CreateCidrReservation): Outcome<CidrReservation> {
    return todo();
  }

  /** DeleteSubnetCidrReservation. Failures: `InvalidSubnetCidrReservationID.NotFound`. */
  delete(_id: SubnetCidrReservationId): Outcome<CidrReservation> {
    return todo();
  }
}
