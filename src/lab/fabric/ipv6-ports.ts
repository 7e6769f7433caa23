import {
  addAddress,
  applyNft,
  deleteRoute,
  type NetlinkSocket,
  replaceNeighbour,
  replaceRoute,
  writeSysctl,
} from "../../dataplane/index.ts";
import {
  type Cidr6,
  cidr6Of,
  formatCidr6,
  type Ipv6,
  ipv6FromBytes,
  type Mac,
  macBytes,
  toIpv6,
} from "../../net/index.ts";

/** The router on every link, where machines find it: what it says of itself in its advertisements. */
export const ROUTER_LINK_LOCAL: Ipv6 = toIpv6((0xfe80n << 112n) + 1n);

/** What an ENI has of IPv6: its addresses as blocks of one, and delegated prefixes. */
export type Ipv6Blocks = readonly Cidr6[];

/** A router's end of an ENI. */
export interface Ipv6Port {
  readonly linkIndex: number;
  /** The router's name of the link. */
  readonly link: string;
  readonly mac: Mac;
}

/** Lets a fresh router forward IPv6, and drop what leaves an ENI with a source of another: EC2's source check. */
export function setUpIpv6Router(netns: string): void {
  writeSysctl(["ipv6", "conf", "all", "forwarding"], 1, { netns });
  const table = { family: "ip6", name: "source-check" };
  const chain = { family: "ip6", table: table.name, name: "pre" };
  const fromEni = { match: { op: "==", left: { meta: { key: "iifname" } }, right: "eni*" } };
  const saddr = { payload: { protocol: "ip6", field: "saddr" } };
  const linkLocal = { prefix: { addr: "fe80::", len: 10 } };
  const notNeighbour = { match: { op: "!=", left: saddr, right: linkLocal } };
  const specified = { match: { op: "!=", left: saddr, right: "::" } };
  const back = { fib: { result: "oif", flags: ["saddr", "iif"] } };
  const foreign = { match: { op: "==", left: back, right: false } };
  const expr = [fromEni, notNeighbour, specified, foreign, { drop: null }];
  applyNft({
    netns,
    commands: [
      { add: { table } },
      { add: { chain: { ...chain, type: "filter", hook: "prerouting", prio: -150 } } },
      { add: { rule: { family: "ip6", table: table.name, chain: "pre", expr } } },
    ],
  });
}

/** Switches IPv6 on at a router's end. Nothing is looked up there: the fabric knows every ENI's MAC. */
export function openIpv6Port(
  socket: NetlinkSocket,
  { linkIndex, link, mac }: Ipv6Port,
  netns: string,
): void {
  for (const [name, value] of [
    ["accept_dad", 0],
    ["disable_ipv6", 0],
    ["forwarding", 1],
  ] as const) {
    writeSysctl(["ipv6", "conf", link, name], value, { netns });
  }
  addAddress(socket, { linkIndex, address: ROUTER_LINK_LOCAL, bits: 64 });
  replaceNeighbour(socket, { linkIndex, address: linkLocalOf(mac), mac });
}

/** Routes that lead to what an ENI has now in place of what it had. */
export function changeIpv6Routes(
  socket: NetlinkSocket,
  { linkIndex, mac }: Ipv6Port,
  change: { readonly from: Ipv6Blocks; readonly to: Ipv6Blocks },
): void {
  const wanted = new Set(change.to.map(formatCidr6));
  const had = new Set(change.from.map(formatCidr6));
  for (const destination of change.from)
    if (!wanted.has(formatCidr6(destination))) deleteRoute(socket, { destination, linkIndex });
  for (const destination of change.to) {
    if (had.has(formatCidr6(destination))) continue;
    replaceRoute(socket, { destination, via: linkLocalOf(mac), linkIndex, onlink: true });
  }
}

/** The block that is one address. */
export function ipv6Block(address: Ipv6): Cidr6 {
  return cidr6Of(address, 128);
}

/** The link-local address that a link with that MAC gives itself (RFC 4291, appendix A). */
function linkLocalOf(mac: Mac): Ipv6 {
  const bytes = [...macBytes(mac)].map((byte, at) => (at === 0 ? byte ^ 2 : byte));
  const eui64 = [...bytes.slice(0, 3), 0xff, 0xfe, ...bytes.slice(3)];
  return ipv6FromBytes([0xfe, 0x80, 0, 0, 0, 0, 0, 0, ...eui64]);
}
