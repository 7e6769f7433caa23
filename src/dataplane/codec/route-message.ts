import { formatIp, type Ip } from "../../net/index.ts";
import { attributeU32, parseAttributes, readU32, readU8 } from "./attributes.ts";
import { ByteWriter } from "./byte-writer.ts";
import {
  FAMILY,
  type Family,
  familyOf,
  formatPrefix,
  ipBytes,
  ipFromBytes,
  type Prefix,
  prefixFromBytes,
} from "./ip.ts";
import { FLAG, type NetlinkRequest, TYPE } from "./message.ts";

/** Table numbers the kernel gives a meaning (linux/rtnetlink.h). */
export const TABLE = { default: 253, main: 254, local: 255 } as const;

/** How far a destination is (linux/rtnetlink.h). `nowhere` in a deletion means "any". */
export const SCOPE = { universe: 0, link: 253, host: 254, nowhere: 255 } as const;

/** What a route does with a packet (linux/rtnetlink.h). */
export const ROUTE_TYPE = {
  unspecified: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
} as const;

/** A route of the kernel's tables. */
export interface Route {
  /** The default route is 0.0.0.0/0 or ::/0. */
  readonly destination: Prefix;
  readonly table: number;
  readonly scope: number;
  readonly type: number;
  /** 2 = kernel, 3 = boot (what tools leave by default), 4 = static. */
  readonly protocol: number;
  readonly via: Ip | undefined;
  readonly linkIndex: number | undefined;
  readonly preferredSource: Ip | undefined;
  /** Taken as reachable on the link though no route says so (RTNH_F_ONLINK). */
  readonly onlink: boolean;
}

/** A route to write; what is left out gets the value that `ip route` would give it. */
export interface RouteSpec {
  readonly destination: Prefix;
  /** Main by default. */
  readonly table?: number;
  /** By default: universe with a gateway or a type other than unicast; link without. */
  readonly scope?: number;
  /** Unicast by default. */
  readonly type?: number;
  readonly via?: Ip;
  readonly linkIndex?: number;
  readonly preferredSource?: Ip;
  readonly onlink?: boolean;
}

/** A route to delete; what is left out matches anything, except the table, which is main. */
export interface RouteMatch {
  readonly destination: Prefix;
  readonly table?: number;
  readonly scope?: number;
  readonly linkIndex?: number;
  readonly preferredSource?: Ip;
}

const RTA = {
  destination: 1,
  linkIndex: 4,
  gateway: 5,
  preferredSource: 7,
  table: 15,
} as const;
const PROTOCOL_BOOT = 3;
const ONLINK = 4;

/** `struct rtmsg`: u8 family, dst_len, src_len, tos, table, protocol, scope, type; u32 flags. */
const ROUTE_HEADER_BYTES = 12;

/**
 * Writes a route. "add": EEXIST when the table has one for that destination. "replace": takes its place.
 * ENETUNREACH when no route of the link reaches the gateway, ENETDOWN when the link is down.
 */
export function newRouteRequest(how: "add" | "replace", spec: RouteSpec): NetlinkRequest {
  const type = spec.type ?? ROUTE_TYPE.unicast;
  const far = spec.via !== undefined || type !== ROUTE_TYPE.unicast;
  const scope = spec.scope ?? (far ? SCOPE.universe : SCOPE.link);
  const flags = spec.onlink === true ? ONLINK : 0;
  const writer = writeRoute(spec, { protocol: PROTOCOL_BOOT, scope, type, flags });
  if (spec.via !== undefined) writer.attributeBytes(RTA.gateway, ipBytes(spec.via));
  return {
    type: TYPE.newRoute,
    flags: FLAG.create | (how === "add" ? FLAG.exclusive : FLAG.replace),
    body: writer.finish(),
    what: `${how} route ${describe(spec)}`,
  };
}

/** Deletes the first route that matches. ESRCH when none does. */
export function deleteRouteRequest(match: RouteMatch): NetlinkRequest {
  const scope = match.scope ?? SCOPE.nowhere;
  const type = ROUTE_TYPE.unspecified;
  return {
    type: TYPE.delRoute,
    flags: 0,
    body: writeRoute(match, { protocol: 0, scope, type, flags: 0 }).finish(),
    what: `delete route ${describe(match)}`,
  };
}

/** Asks for the routes of one family and one table (needs NETLINK_GET_STRICT_CHK), of all tables for table 0. */
export function dumpRoutesRequest(family: Family, table: number): NetlinkRequest {
  const writer = new ByteWriter().u8(family).zeros(ROUTE_HEADER_BYTES - 1);
  if (table !== 0) writer.attributeU32(RTA.table, table);
  return {
    type: TYPE.getRoute,
    flags: FLAG.dump,
    body: writer.finish(),
    what: `list routes of table ${String(table)}`,
  };
}

/** Reads the body of RTM_NEWROUTE. */
export function parseRoute(body: Uint8Array): Route {
  const attributes = parseAttributes(body.subarray(ROUTE_HEADER_BYTES));
  const unspecified = new Uint8Array(readU8(body, 0) === FAMILY.ipv4 ? 4 : 16);
  const via = attributes.get(RTA.gateway);
  const preferredSource = attributes.get(RTA.preferredSource);
  return {
    destination: prefixFromBytes(attributes.get(RTA.destination) ?? unspecified, readU8(body, 1)),
    table: attributeU32(attributes, RTA.table) ?? readU8(body, 4),
    protocol: readU8(body, 5),
    scope: readU8(body, 6),
    type: readU8(body, 7),
    via: via === undefined ? undefined : ipFromBytes(via),
    linkIndex: attributeU32(attributes, RTA.linkIndex),
    preferredSource: preferredSource === undefined ? undefined : ipFromBytes(preferredSource),
    onlink: (readU32(body, 8) & ONLINK) !== 0,
  };
}

interface Header {
  readonly protocol: number;
  readonly scope: number;
  readonly type: number;
  readonly flags: number;
}

function writeRoute(route: RouteMatch, { protocol, scope, type, flags }: Header): ByteWriter {
  const { destination, table = TABLE.main, linkIndex, preferredSource } = route;
  const writer = new ByteWriter().u8(familyOf(destination.base)).u8(destination.bits).u8(0).u8(0);
  writer
    .u8(table < 256 ? table : 0)
    .u8(protocol)
    .u8(scope)
    .u8(type)
    .u32(flags);
  if (destination.bits > 0) writer.attributeBytes(RTA.destination, ipBytes(destination.base));
  if (table >= 256) writer.attributeU32(RTA.table, table);
  if (linkIndex !== undefined) writer.attributeU32(RTA.linkIndex, linkIndex);
  if (preferredSource !== undefined) {
    writer.attributeBytes(RTA.preferredSource, ipBytes(preferredSource));
  }
  return writer;
}

function describe({ destination, via, linkIndex, table = TABLE.main }: RouteSpec): string {
  const gateway = via === undefined ? "" : ` via ${formatIp(via)}`;
  const link = linkIndex === undefined ? "" : ` on link ${String(linkIndex)}`;
  return `${formatPrefix(destination)}${gateway}${link} in table ${String(table)}`;
}
