import type { SubnetCidrReservationId } from "../facts/index.ts";
import { cidrCovers, cidrsOverlap, formatCidr } from "../net/index.ts";
import { done, type Outcome, refuse } from "./failure.ts";
import type { State } from "./state.ts";
import type { CidrReservation, CreateCidrReservation } from "./subnet.ts";
import { accountOf } from "./subnets.ts";
import { checkTags, putTags } from "./tags.ts";

/** The operations on subnet CIDR reservations. Addresses that are held already stay where they are. */
export class CidrReservations {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * CreateSubnetCidrReservation. Failures: `InvalidSubnetID.NotFound`, `InvalidParameterValue` (outside the
   * subnet; overlaps another reservation), those of CreateTags.
   */
  create(request: CreateCidrReservation): Outcome<CidrReservation> {
    const state = this.#state;
    const { subnetId, cidr, type, description = "", tags } = request;
    const subnet = state.subnets.find(subnetId);
    if (!subnet.ok) return subnet;
    if (!cidrCovers(subnet.value.cidr, cidr)) {
      return refuse(
        "InvalidParameterValue",
        `The CIDR '${formatCidr(cidr)}' is not within the CIDR of subnet '${subnetId}'`,
      );
    }
    const others = state.reservations.list().filter((other) => other.subnetId === subnetId);
    if (others.some((other) => cidrsOverlap(other.cidr, cidr))) {
      return refuse(
        "InvalidParameterValue",
        `The CIDR '${formatCidr(cidr)}' overlaps with an existing reservation of subnet '${subnetId}'`,
      );
    }
    const checked = checkTags(state, { given: tags });
    if (!checked.ok) return checked;
    const id = state.newId("subnetCidrReservation");
    accountOf(state, subnetId).reserve(cidr, type);
    putTags(state, id, tags);
    return done(state.reservations.put({ id, subnetId, cidr, type, description }));
  }

  /** DeleteSubnetCidrReservation. Failure: `InvalidSubnetCidrReservationID.NotFound`. */
  delete(id: SubnetCidrReservationId): Outcome<CidrReservation> {
    const state = this.#state;
    const reservation = state.reservations.find(id);
    if (!reservation.ok) return reservation;
    accountOf(state, reservation.value.subnetId).unreserve(reservation.value.cidr);
    state.reservations.delete(id);
    state.tags.delete(id);
    return reservation;
  }
}
