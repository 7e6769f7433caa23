import type { RouteTableAssociationId, RouteTableId, SubnetId, VpcId } from "../facts/index.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import {
  makeRouteTable,
  putRoutes,
  routeTablesOf,
  sameDestination,
  stateOf,
} from "./route-changes.ts";
import type {
  CreateRoute,
  CreateRouteTable,
  Route,
  RouteDestination,
  RouteTable,
  RouteTableAssociation,
} from "./route-table.ts";
import { checkTarget, destinationText, otherNetwork } from "./route-target.ts";
import type { State } from "./state.ts";
import { checkTags, putTags } from "./tags.ts";

/** The operations on route tables. */
export class RouteTables {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** CreateRouteTable: with the local routes. Failures: `InvalidVpcID.NotFound`, those of CreateTags. */
  create({ vpcId, tags }: CreateRouteTable): Outcome<RouteTable> {
    const state = this.#state;
    const vpc = state.vpcs.find(vpcId);
    if (!vpc.ok) return vpc;
    const checked = checkTags(state, { given: tags });
    if (!checked.ok) return checked;
    const main = state.routeTables.known(vpc.value.mainRouteTableId);
    const local = main.routes.filter(({ target }) => target.kind === "local");
    const destinations = local.map(({ destination }) => destination);
    const table = makeRouteTable(state, { vpcId, local: destinations, kind: "custom" });
    putTags(state, table.id, tags);
    state.publish({ kind: "routesChanged", routeTableId: table.id });
    return done(table);
  }

  /** DeleteRouteTable. Failures: `InvalidRouteTableID.NotFound`, `DependencyViolation` (main, or associated). */
  delete(id: RouteTableId): Outcome<undefined> {
    const state = this.#state;
    const table = state.routeTables.find(id);
    if (!table.ok) return table;
    if (table.value.main !== undefined || table.value.associations.length > 0) {
      return refuse(
        "DependencyViolation",
        `The routeTable '${id}' has dependencies and cannot be deleted.`,
      );
    }
    state.routeTables.delete(id);
    state.tags.delete(id);
    state.publish({ kind: "routeTableDeleted", routeTableId: id });
    return DONE;
  }

  /**
   * CreateRoute. Failures: `InvalidRouteTableID.NotFound`, `RouteAlreadyExists`, the target's NotFound,
   * `InvalidParameterValue` (target of another VPC, or an internet gateway for a part of the VPC).
   */
  createRoute(request: CreateRoute): Outcome<undefined> {
    const state = this.#state;
    const { routeTableId, destination, target } = request;
    const table = state.routeTables.find(routeTableId);
    if (!table.ok) return table;
    if (table.value.routes.some((route) => sameDestination(route.destination, destination))) {
      return refuse(
        "RouteAlreadyExists",
        `The route identified by ${destinationText(destination)} already exists.`,
      );
    }
    const checked = checkTarget(state, table.value, request);
    if (!checked.ok) return checked;
    const route: Route = {
      destination,
      target,
      state: stateOf(state, target),
      origin: "CreateRoute",
    };
    putRoutes(state, routeTableId, [...table.value.routes, route]);
    return DONE;
  }

  /** ReplaceRoute. Failures: those of {@link createRoute}; `InvalidRoute.NotFound`, `InvalidParameterValue` (local). */
  replaceRoute(request: CreateRoute): Outcome<undefined> {
    const state = this.#state;
    const { routeTableId, destination, target } = request;
    const table = state.routeTables.find(routeTableId);
    if (!table.ok) return table;
    const found = findOwnRoute(table.value, destination);
    if (!found.ok) return found;
    const checked = checkTarget(state, table.value, request);
    if (!checked.ok) return checked;
    const renewed = { ...found.value, target, state: stateOf(state, target) };
    putRoutes(
      state,
      routeTableId,
      table.value.routes.map((route) => (route === found.value ? renewed : route)),
    );
    return DONE;
  }

  /** DeleteRoute. Failures: `InvalidRouteTableID.NotFound`, `InvalidRoute.NotFound`, `InvalidParameterValue` (local). */
  deleteRoute(id: RouteTableId, destination: RouteDestination): Outcome<undefined> {
    const table = this.#state.routeTables.find(id);
    if (!table.ok) return table;
    const found = findOwnRoute(table.value, destination);
    if (!found.ok) return found;
    putRoutes(
      this.#state,
      id,
      table.value.routes.filter((route) => route !== found.value),
    );
    return DONE;
  }

  /**
   * AssociateRouteTable. Failures: `InvalidRouteTableID.NotFound`, `InvalidSubnetID.NotFound`,
   * `Resource.AlreadyAssociated`, `InvalidParameterValue` (other VPC).
   */
  associate(id: RouteTableId, subnetId: SubnetId): Outcome<RouteTableAssociation> {
    const state = this.#state;
    const table = state.routeTables.find(id);
    if (!table.ok) return table;
    const subnet = state.subnets.find(subnetId);
    if (!subnet.ok) return subnet;
    const { vpcId } = subnet.value;
    if (table.value.vpcId !== vpcId) return otherNetwork(id, subnetId);
    const present = associationOf(state, vpcId, subnetId);
    if (present !== undefined) {
      return refuse(
        "Resource.AlreadyAssociated",
        `the specified association for route table ${present.id} conflicts with an existing association`,
      );
    }
    const association = { id: state.newId("routeTableAssociation"), subnetId };
    state.routeTables.change(id, { associations: [...table.value.associations, association] });
    state.publish({ kind: "subnetRouteTableChanged", subnetId, routeTableId: id });
    return done(association);
  }

  /** DisassociateRouteTable. Failures: `InvalidAssociationID.NotFound`, `InvalidParameterValue` (main). */
  disassociate(id: RouteTableAssociationId): Outcome<undefined> {
    for (const table of this.#state.routeTables.list()) {
      if (table.main?.associationId === id) {
        return refuse(
          "InvalidParameterValue",
          `cannot disassociate the main route table association ${id}`,
        );
      }
      const association = table.associations.find((candidate) => candidate.id === id);
      if (association === undefined) continue;
      dropAssociation(this.#state, table, association);
      const { mainRouteTableId } = this.#state.vpcs.known(table.vpcId);
      this.#state.publish({
        kind: "subnetRouteTableChanged",
        subnetId: association.subnetId,
        routeTableId: mainRouteTableId,
      });
      return DONE;
    }
    return refuse("InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`);
  }

  /** The table that a subnet uses: its own, or the main one of its VPC. The subnet must exist. */
  ofSubnet(id: SubnetId): RouteTable {
    const { vpcId } = this.#state.subnets.known(id);
    const own = associationOf(this.#state, vpcId, id);
    if (own !== undefined) return own;
    return this.#state.routeTables.known(this.#state.vpcs.known(vpcId).mainRouteTableId);
  }
}

/** Ends the explicit association of a subnet that is going away. */
export function forgetAssociation(state: State, vpcId: VpcId, subnetId: SubnetId): void {
  const table = associationOf(state, vpcId, subnetId);
  const association = table?.associations.find((candidate) => candidate.subnetId === subnetId);
  if (table !== undefined && association !== undefined) dropAssociation(state, table, association);
}

function dropAssociation(
  state: State,
  { id, associations }: RouteTable,
  gone: RouteTableAssociation,
): void {
  state.routeTables.change(id, { associations: associations.filter((one) => one !== gone) });
}

function associationOf(state: State, vpcId: VpcId, subnetId: SubnetId): RouteTable | undefined {
  return routeTablesOf(state, vpcId).find(({ associations }) =>
    associations.some((association) => association.subnetId === subnetId),
  );
}

function findOwnRoute(table: RouteTable, destination: RouteDestination): Outcome<Route> {
  const route = table.routes.find((candidate) =>
    sameDestination(candidate.destination, destination),
  );
  const text = destinationText(destination);
  if (route === undefined) {
    return refuse(
      "InvalidRoute.NotFound",
      `no route with destination-cidr-block ${text} in route table ${table.id}`,
    );
  }
  if (route.target.kind === "local") {
    return refuse(
      "InvalidParameterValue",
      `cannot remove local route ${text} in route table ${table.id}`,
    );
  }
  return done(route);
}
