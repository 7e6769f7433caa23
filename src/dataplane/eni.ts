import { invariant } from "../base/index.ts";
import { addIpv4, type Cidr, type Ipv4, type Mac } from "../net/index.ts";
import { ALL_IPV4, hostPrefix, prefixesEqual } from "./codec/ip.ts";
import type { Link } from "./codec/link-message.ts";
import { SCOPE, TABLE } from "./codec/route-message.ts";
import type { Rule } from "./codec/rule-message.ts";
import { addAddress, deleteAddress, listAddresses } from "./addresses.ts";
import { requireLinkByMac } from "./host.ts";
import { setLink } from "./links.ts";
import { withNetlink } from "./netlink-session.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";
import { RULE_PRIORITY } from "./numbers.ts";
import { deleteRoute, listRoutes, replaceRoute } from "./routes.ts";
import { deleteRules, ensureRule } from "./rules.ts";

/** An ENI other than the primary one. */
export interface EniSettings {
  /** The node's namespace; the calling thread's own when left out. */
  readonly netns?: string | undefined;
  readonly mac: Mac;
  /** The ENI's primary address, the only one that its link gets. */
  readonly address: Ipv4;
  /** The block of its subnet. */
  readonly subnet: Cidr;
  /** From {@link eniRouteTable}; never main. */
  readonly routeTable: number;
  readonly mtu: number;
  /** A trunk gets no rule for its own address: nothing of the node leaves by it. */
  readonly role: "secondary" | "trunk";
}

/**
 * Makes an attached ENI ready for pods: link up, its primary address, a table of its own with the way to the subnet's
 * gateway, a rule for its own address, and no connected route in main, by which the node's own traffic would leave.
 * Running it again changes nothing that is right already. Code "linkNotFound" while the link has not appeared.
 */
export function setUpEni(settings: EniSettings): void {
  const { netns, mac, mtu, routeTable } = settings;
  invariant(routeTable !== TABLE.main && routeTable > 0, "a further ENI needs a table of its own");
  withNetlink(netns, (socket) => {
    const link = requireLinkByMac(socket, mac);
    if (link.mtu !== mtu || !link.up) setLink(socket, link.index, { mtu, up: true });
    setOnlyAddress(socket, link, settings);
    setTable(socket, link, settings);
    deleteConnectedRoute(socket, settings);
    if (settings.role === "secondary") ensureRule(socket, addressRule(settings));
  });
}

/** Removes what outlives the link of a detached ENI: every rule for its primary address. */
export function tearDownEni({ netns, address }: Pick<EniSettings, "netns" | "address">): void {
  withNetlink(netns, (socket) => {
    deleteRules(socket, { from: hostPrefix(address) });
  });
}

/** The gateway of a subnet: its first address (Amazon VPC user guide, "Subnet sizing"). */
export function subnetGateway(subnet: Cidr): Ipv4 {
  return addIpv4(subnet.base, 1);
}

function addressRule({ address, routeTable }: EniSettings): Rule {
  return { priority: RULE_PRIORITY.fromEni, from: hostPrefix(address), table: routeTable };
}

function setOnlyAddress(
  socket: NetlinkSocket,
  { index: linkIndex }: Link,
  { address, subnet: { bits } }: EniSettings,
): void {
  let present = false;
  for (const old of listAddresses(socket, { linkIndex })) {
    // IPv6 link-local addresses stay: neighbour discovery needs them.
    if (typeof old.address !== "number" || old.linkIndex !== linkIndex) continue;
    if (old.address === address && old.bits === bits) present = true;
    else deleteAddress(socket, old);
  }
  if (!present) addAddress(socket, { linkIndex, address, bits });
}

function setTable(
  socket: NetlinkSocket,
  { index: linkIndex }: Link,
  { subnet, routeTable: table }: EniSettings,
): void {
  const gateway = subnetGateway(subnet);
  const wanted = [
    { destination: hostPrefix(gateway), linkIndex, table },
    { destination: ALL_IPV4, via: gateway, linkIndex, table },
  ];
  for (const route of wanted) replaceRoute(socket, route);
  for (const { destination, linkIndex: oldLink } of listRoutes(socket, { table })) {
    if (wanted.some((route) => prefixesEqual(route.destination, destination))) continue;
    deleteRoute(socket, {
      destination,
      table,
      ...(oldLink === undefined ? {} : { linkIndex: oldLink }),
    });
  }
}

function deleteConnectedRoute(socket: NetlinkSocket, { subnet, address }: EniSettings): void {
  const scope = SCOPE.link;
  deleteRoute(socket, { destination: subnet, scope, preferredSource: address });
}
