import { FAMILY, type Family } from "./codec/ip.ts";
import {
  deleteRouteRequest,
  dumpRoutesRequest,
  newRouteRequest,
  parseRoute,
  type Route,
  type RouteMatch,
  type RouteSpec,
  TABLE,
} from "./codec/route-message.ts";
import { isErrno, tolerate } from "./kernel-error.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";

/** Adds a route. EEXIST when the table has one for that destination. */
export function addRoute(socket: NetlinkSocket, route: RouteSpec): void {
  socket.request(newRouteRequest("add", route));
}

/** Writes a route in place of the one for that destination, if any. */
export function replaceRoute(socket: NetlinkSocket, route: RouteSpec): void {
  socket.request(newRouteRequest("replace", route));
}

/** Writes many routes with few system calls; throws the first refusal after trying all. */
export function replaceRoutes(socket: NetlinkSocket, routes: readonly RouteSpec[]): void {
  socket.requestAll(routes.map((route) => newRouteRequest("replace", route)));
}

/** Deletes the first route that matches. Returns false when none did. */
export function deleteRoute(socket: NetlinkSocket, match: RouteMatch): boolean {
  return tolerate(["ESRCH"], () => {
    socket.request(deleteRouteRequest(match));
  });
}

/** The routes of one table, main by default. A table without routes need not exist. */
export function listRoutes(
  socket: NetlinkSocket,
  { table = TABLE.main, family = FAMILY.ipv4 }: { table?: number; family?: Family } = {},
): Route[] {
  try {
    const routes = socket.dump(dumpRoutesRequest(family, table)).map(parseRoute);
    // A kernel without strict checking ignores the filter.
    return routes.filter((route) => route.table === table);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}
