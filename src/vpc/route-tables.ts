import type { RouteTableAssociationId, RouteTableId, SubnetId } from "../facts/index.ts";
import { type Outcome, todo } from "./failure.ts";
import type {
  CreateRoute,
  CreateRouteTable,
  RouteDestination,
  RouteTable,
  RouteTableAssociation,
} from "./route-table.ts";
import type { State } from "./state.ts";

/** The operations on route tables. */
export class RouteTables {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** CreateRouteTable: with the local routes. Failures: `InvalidVpcID.NotFound`. */
  create(_request: CreateRouteTable): Outcome<RouteTable> {
    return todo();
  }

  /** DeleteRouteTable. Failures: `InvalidRouteTableID.NotFound`, `DependencyViolation` (main, or associated). */
  delete(_id: RouteTableId): Outcome<undefined> {
    return todo();
  }

  /**
   * CreateRoute. Failures: `InvalidRouteTableID.NotFound`, `RouteAlreadyExists`, the target's NotFound,
   * `InvalidParameterValue` (target of another VPC, or inside a local route).
   */
  createRoute(_request: CreateRoute): Outcome<undefined> {
    return todo();
  }

  /** ReplaceRoute. Failures: as {@link createRoute}; `InvalidRoute.NotFound`, `InvalidParameterValue` (local). */
  replaceRoute(_request: CreateRoute): Outcome<undefined> {
    return todo();
  }

  /** DeleteRoute. Failures: `InvalidRouteTableID.NotFound`, `InvalidRoute.NotFound`, `InvalidParameterValue` (local). */
  deleteRoute(_id: RouteTableId, _destination: RouteDestination): Outcome<undefined> {
    return todo();
  }

  /** AssociateRouteTable. Failures: NotFound of both; `Resource.AlreadyAssociated`; `InvalidParameterValue` (other VPC). */
  associate(_id: RouteTableId, _subnetId: SubnetId): Outcome<RouteTableAssociation> {
    return todo();
  }

  /** DisassociateRouteTable. Failures: `InvalidAssociationID.NotFound`, `InvalidParameterValue` (main). */
  disassociate(_id: RouteTableAssociationId): Outcome<undefined> {
    return todo();
  }

  /** The table that a subnet uses: its own, or the main one of its VPC. The subnet must exist. */
  ofSubnet(_id: SubnetId): RouteTable {
    return todo();
  }
}
