import { addIpv4, type Cidr, cidrOf, cidrSize, type Ipv4, toIpv4 } from "../net/index.ts";
import { ALL_IPV4, hostPrefix } from "./codec/ip.ts";
import { SCOPE } from "./codec/route-message.ts";
import { addAddress } from "./addresses.ts";
import { isErrno } from "./kernel-error.ts";
import { addVethPair, deleteLink, findLink, getLink, setLink } from "./links.ts";
import { withNetlink } from "./netlink-session.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";
import { OWN_NETNS } from "./netns.ts";
import { addRoute, deleteRoute } from "./routes.ts";
import { writeSysctl } from "./sysctl.ts";

/** Where pods of an IPv6 cluster have their IPv4 addresses: link-local ones, the same on every node (VPC CNI v1.23). */
export const EGRESS_BLOCK: Cidr = cidrOf(toIpv4(0xa9fe_ac00), 22);

/** The node's end of every such link, and the pods' gateway. */
const GATEWAY: Ipv4 = addIpv4(EGRESS_BLOCK.base, 1);

/** The first of the pods' addresses, which are all of the block but its own, the gateway's and the broadcast address. */
export const FIRST_EGRESS_ADDRESS: Ipv4 = addIpv4(GATEWAY, 1);

/** How many pods of a node can have an IPv4 egress address. */
export const EGRESS_CAPACITY: number = cidrSize(EGRESS_BLOCK) - 3;

/** The pod's interface for IPv4. */
const IF_NAME = "v4if0";

/** The way of a pod with an IPv6 address to IPv4. */
export interface EgressWiring {
  /** The node's namespace; the calling thread's own when left out. */
  readonly hostNetns?: string | undefined;
  /** The pod's namespace, as a path. */
  readonly podNetns: string;
  /** From {@link egressVethName}. */
  readonly hostVethName: string;
  /** The pod's address of {@link EGRESS_BLOCK}; if another pod of the node has it, the next free one is taken. */
  readonly address: Ipv4;
  readonly mtu: number;
}

/** The host's end of a pod's link for IPv4, from the pod's `podSuffix`: the same pod's next link takes its place. */
export function egressVethName(suffix: string): string {
  return `veth${suffix.slice(0, 8)}`;
}

/**
 * Gives a pod its second interface: an address of the egress block, with the node as gateway for all of IPv4. Pods of a
 * node do not reach each other by it. A host link of that name, left by an earlier pod, is deleted first.
 */
export function wireEgress(wiring: EgressWiring): void {
  const { hostNetns, podNetns, hostVethName: name, mtu } = wiring;
  const address = withNetlink(hostNetns, (host) => {
    deleteEgressLink(host, name);
    const peer = { name: IF_NAME, netns: podNetns, mtu };
    addVethPair(host, { name, mtu, peer });
    writeSysctl(["ipv6", "conf", name, "accept_ra"], 0, { netns: hostNetns });
    const { index: linkIndex } = getLink(host, name);
    setLink(host, linkIndex, { up: true });
    addAddress(host, { linkIndex, address: GATEWAY, bits: 32, scope: SCOPE.link });
    return takeAddress(host, { first: wiring.address, linkIndex });
  });
  withNetlink(podNetns, (pod) => {
    setUpPodSide(pod, address);
  });
}

/**
 * Routes the first address that nobody has to the link. Running pods of the VPC CNI have addresses that were counted
 * otherwise: a route in place of theirs would take their way to IPv4.
 */
function takeAddress(
  host: NetlinkSocket,
  { first, linkIndex }: { readonly first: Ipv4; readonly linkIndex: number },
): Ipv4 {
  let refusal: unknown;
  for (const address of egressAddressesFrom(first)) {
    try {
      addRoute(host, { destination: hostPrefix(address), linkIndex });
      return address;
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** The addresses that pods can have, each once: from `first` to the last, and on from the block's beginning. */
export function egressAddressesFrom(first: Ipv4): Ipv4[] {
  const at = first - FIRST_EGRESS_ADDRESS;
  return Array.from({ length: EGRESS_CAPACITY }, (_, step) =>
    addIpv4(FIRST_EGRESS_ADDRESS, (at + step) % EGRESS_CAPACITY),
  );
}

/** Removes the link again, if it is there, and with it the pod's end. */
export function unwireEgress({
  hostNetns,
  hostVethName,
}: Pick<EgressWiring, "hostNetns" | "hostVethName">): void {
  withNetlink(hostNetns ?? OWN_NETNS, (host) => {
    deleteEgressLink(host, hostVethName);
  });
}

/** What of the link is missing, as sentences. */
export function checkEgress({ hostNetns, hostVethName }: EgressWiring): string[] {
  const link = withNetlink(hostNetns, (host) => findLink(host, hostVethName));
  if (link === undefined) return [`link ${hostVethName} for IPv4 is missing`];
  return link.up && link.carrier ? [] : [`link ${hostVethName} for IPv4 is down`];
}

function setUpPodSide(pod: NetlinkSocket, address: Ipv4): void {
  const { index: linkIndex } = getLink(pod, IF_NAME);
  const gateway = hostPrefix(GATEWAY);
  setLink(pod, linkIndex, { up: true });
  addAddress(pod, { linkIndex, address, bits: EGRESS_BLOCK.bits });
  // Other pods of the block are not neighbours: all goes to the node.
  deleteRoute(pod, { destination: EGRESS_BLOCK, scope: SCOPE.link, preferredSource: address });
  addRoute(pod, { destination: gateway, linkIndex, preferredSource: address });
  addRoute(pod, { destination: EGRESS_BLOCK, via: GATEWAY, linkIndex, preferredSource: address });
  addRoute(pod, { destination: ALL_IPV4, via: GATEWAY, linkIndex });
}

function deleteEgressLink(host: NetlinkSocket, name: string): void {
  const link = findLink(host, name);
  if (link !== undefined) deleteLink(host, link.index);
}
