import { assertNever } from "../base/index.ts";
import type { VpcId } from "../facts/index.ts";
import { cidrsEqual } from "../net/index.ts";
import type { Route, RouteDestination, RouteTable, RouteTarget } from "./route-table.ts";
import type { State } from "./state.ts";

/** The route that keeps a block of the VPC inside it. */
export function localRoute(destination: RouteDestination): Route {
  return { destination, target: { kind: "local" }, state: "active", origin: "CreateRouteTable" };
}

/** Makes a table with the local routes of its VPC. Its VPC may not be known yet: then the blocks are given. */
export function makeRouteTable(
  state: State,
  table: { vpcId: VpcId; local: readonly RouteDestination[]; kind: "main" | "custom" },
): RouteTable {
  const main =
    table.kind === "main" ? { associationId: state.newId("routeTableAssociation") } : undefined;
  return state.routeTables.put({
    id: state.newId("routeTable"),
    vpcId: table.vpcId,
    main,
    routes: table.local.map(localRoute),
    associations: [],
  });
}

/** The tables of a VPC. */
export function routeTablesOf(state: State, vpcId: VpcId): readonly RouteTable[] {
  return state.routeTables.list().filter((table) => table.vpcId === vpcId);
}

/** Adds the local route of a new block to every table of the VPC. */
export function addLocalRoutes(state: State, vpcId: VpcId, destination: RouteDestination): void {
  for (const { id, routes } of routeTablesOf(state, vpcId)) {
    const own = routes.filter(({ target }) => target.kind !== "local");
    const local = routes.filter(({ target }) => target.kind === "local");
    putRoutes(state, id, [...local, localRoute(destination), ...own]);
  }
}

/** Takes the local route of a block out of every table of the VPC. */
export function removeLocalRoutes(state: State, vpcId: VpcId, destination: RouteDestination): void {
  for (const { id, routes } of routeTablesOf(state, vpcId)) {
    putRoutes(
      state,
      id,
      routes.filter(({ target, ...route }) => {
        return target.kind !== "local" || !sameDestination(route.destination, destination);
      }),
    );
  }
}

/** Puts the routes into the table and tells the followers. */
export function putRoutes(state: State, id: RouteTable["id"], routes: readonly Route[]): void {
  state.routeTables.change(id, { routes });
  state.publish({ kind: "routesChanged", routeTableId: id });
}

/** Computes the state of all routes to a target again, after the target has come or gone. */
export function refreshRoutesTo(
  state: State,
  target: Exclude<RouteTarget, { kind: "local" }>,
): void {
  for (const { id, routes } of state.routeTables.list()) {
    const renewed = routes.map((route) =>
      route.target.kind === target.kind && route.target.id === target.id
        ? { ...route, state: stateOf(state, target) }
        : route,
    );
    if (renewed.some((route, index) => route.state !== routes[index]?.state)) {
      putRoutes(state, id, renewed);
    }
  }
}

/** Whether a route to the target leads anywhere now. */
export function stateOf(
  state: State,
  target: Exclude<RouteTarget, { kind: "local" }>,
): Route["state"] {
  return leadsSomewhere(state, target) ? "active" : "blackhole";
}

function leadsSomewhere(state: State, target: Exclude<RouteTarget, { kind: "local" }>): boolean {
  switch (target.kind) {
    case "internetGateway":
      return state.internetGateways.get(target.id)?.vpcId !== undefined;
    case "natGateway": {
      const now = state.natGateways.get(target.id)?.state;
      return now === "pending" || now === "available";
    }
    case "eni":
      return state.enis.get(target.id)?.attachment?.status === "attached";
    default:
      return assertNever(target);
  }
}

/** Whether two destinations are the same block. */
export function sameDestination(a: RouteDestination, b: RouteDestination): boolean {
  if (a.kind === "ipv4") return b.kind === "ipv4" && cidrsEqual(a.cidr, b.cidr);
  return b.kind === "ipv6" && a.cidr.base === b.cidr.base && a.cidr.bits === b.cidr.bits;
}
