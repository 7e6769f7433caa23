import {
  deleteRoute,
  deleteRule,
  ensureRule,
  listRoutes,
  type NetlinkSocket,
  replaceRoute,
  ROUTE_TYPE,
  type RouteSpec,
  type Rule,
} from "../../dataplane/index.ts";
import type { EniId, RouteTableId } from "../../facts/index.ts";
import { type Cidr, cidrOf, formatCidr, type Ipv4, toIpv4 } from "../../net/index.ts";
import type { FabricPlan, PlannedRoute } from "./plan.ts";
import { sync } from "./router.ts";

/** After main (32766), which knows all that is inside: only what leaves the VPC gets here. */
const RULE_PRIORITY = 40_000;
const FIRST_TABLE = 1000;
/** What no route table has a route for vanishes without a word, as in a VPC. */
const LAST_RULE: Rule = { priority: 50_000, table: 999 };

const EVERYWHERE: Cidr = cidrOf(toIpv4(0), 0);

/** The ways out of the router. */
export interface WaysOut {
  /** The router's link to the internet and the gateway behind it. */
  readonly internet: { readonly linkIndex: number; readonly gateway: Ipv4 };
  /** An ENI's link and primary address, while it is in a machine. */
  readonly port: (
    eniId: EniId,
  ) => { readonly linkIndex: number; readonly gateway: Ipv4 } | undefined;
}

/** The VPCs' route tables as kernel tables, chosen by the subnet of a packet's source. */
export class PolicyRoutes {
  readonly #socket: NetlinkSocket;
  readonly #tables = new Map<RouteTableId, number>();
  readonly #rules = new Map<string, Rule>();

  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
    const { table } = LAST_RULE;
    replaceRoute(socket, { destination: EVERYWHERE, table, type: ROUTE_TYPE.blackhole });
    ensureRule(socket, LAST_RULE);
  }

  /** Writes the tables and rules of a plan; tables that are gone are emptied. */
  apply({ routeTables }: Pick<FabricPlan, "routeTables">, ways: WaysOut): void {
    const rules = new Map<string, Rule>();
    const unused = new Set(this.#tables.keys());
    for (const { id, subnets, routes } of routeTables) {
      unused.delete(id);
      const table = this.#numberOf(id);
      this.#fill(
        table,
        routes.map((route) => kernelRoute(route, { table, ways })),
      );
      for (const from of subnets) {
        rules.set(`${formatCidr(from)} ${table}`, { priority: RULE_PRIORITY, from, table });
      }
    }
    for (const id of unused) this.#fill(this.#numberOf(id), []);
    sync(this.#rules, rules, {
      add: (rule) => ensureRule(this.#socket, rule),
      remove: (rule) => deleteRule(this.#socket, rule),
    });
  }

  #numberOf(id: RouteTableId): number {
    const number = this.#tables.get(id) ?? FIRST_TABLE + this.#tables.size;
    this.#tables.set(id, number);
    return number;
  }

  #fill(table: number, routes: readonly RouteSpec[]): void {
    const wanted = new Set(routes.map(({ destination }) => keyOf(destination)));
    for (const { destination } of listRoutes(this.#socket, { table })) {
      if (!wanted.has(keyOf(destination))) deleteRoute(this.#socket, { destination, table });
    }
    for (const route of routes) replaceRoute(this.#socket, route);
  }
}

function keyOf({ base, bits }: RouteSpec["destination"]): string {
  return `${base}/${bits}`;
}

interface RouteContext {
  readonly table: number;
  readonly ways: WaysOut;
}

function kernelRoute(
  { destination, target }: PlannedRoute,
  { table, ways }: RouteContext,
): RouteSpec {
  const way =
    target.kind === "internet"
      ? ways.internet
      : target.kind === "port"
        ? ways.port(target.eniId)
        : undefined;
  if (way === undefined) return { destination, table, type: ROUTE_TYPE.blackhole };
  return { destination, table, via: way.gateway, linkIndex: way.linkIndex, onlink: true };
}
