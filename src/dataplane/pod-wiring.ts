import type { Ip, Mac } from "../net/index.ts";
import { type AddressKey, newAddressRequest } from "./codec/address-message.ts";
import { allOf, hostBits, hostPrefix } from "./codec/ip.ts";
import { newVethRequest, setLinkRequest } from "./codec/link-message.ts";
import type { NetlinkRequest } from "./codec/message.ts";
import { newNeighbourRequest } from "./codec/neighbour-message.ts";
import { newRouteRequest, TABLE } from "./codec/route-message.ts";
import { newRuleRequest, type Rule } from "./codec/rule-message.ts";
import { podGateway, podTable, RULE_PRIORITY } from "./numbers.ts";

/** Where a pod is, and what it gets. */
export interface PodWiring {
  /** The node's namespace; the calling thread's own when left out. */
  readonly hostNetns?: string | undefined;
  /** The pod's namespace, as a path (CNI_NETNS). */
  readonly podNetns: string;
  /** The link's name in the pod (CNI_IFNAME). */
  readonly ifName: string;
  /** From `hostVethName`. */
  readonly hostVethName: string;
  readonly address: Ip;
  /** MTU of both ends, 576 … 9001. */
  readonly mtu: number;
  /** The table of the ENI that has the address: main (254) for the primary one. */
  readonly routeTable: number;
  /** Which of the pod's interfaces this is, from 0. Further ones serve what binds to their address. */
  readonly nicIndex?: number;
}

/** The rules of the node that a pod's address needs: where packets to it go, and, off the primary ENI, from it. */
export function podRules({
  address,
  routeTable,
}: Pick<PodWiring, "address" | "routeTable">): Rule[] {
  const own = hostPrefix(address);
  const toPod: Rule = { priority: RULE_PRIORITY.toPod, to: own, table: TABLE.main };
  if (routeTable === TABLE.main) return [toPod];
  return [toPod, { priority: RULE_PRIORITY.fromPod, from: own, table: routeTable }];
}

/** The route of the node's main table that leads to a pod. */
export function podRouteRequest(address: Ip, hostVethIndex: number): NetlinkRequest {
  const destination = hostPrefix(address);
  return newRouteRequest("replace", { destination, linkIndex: hostVethIndex });
}

/**
 * Creates both ends of the pod's veth pair in place, sent on a socket of the pod's namespace. Moving an end afterwards
 * would make concurrent pods wait for each other in the kernel. No transmit queue, as with the VPC CNI.
 */
export function podVethRequest(
  { ifName, hostVethName, mtu }: PodWiring,
  hostEnd: { readonly mac: Mac; readonly netnsFd: number },
): NetlinkRequest {
  return newVethRequest({
    near: { name: ifName, mtu, txQueueLength: 0 },
    nearUp: true,
    far: { name: hostVethName, mac: hostEnd.mac, mtu, txQueueLength: 0 },
    farNetnsFd: hostEnd.netnsFd,
  });
}

/**
 * What the pod's side needs, in the only order that works: the gateway is reachable by a link route, and its MAC is
 * known for good, so the pod never asks for anything by ARP or neighbour discovery. A default route that is there already
 * is an error. A further interface has its routes in a table of its own, for what binds to its address.
 */
export function podSideRequests(
  { address, nicIndex = 0 }: Pick<PodWiring, "address" | "nicIndex">,
  { linkIndex, hostMac }: { readonly linkIndex: number; readonly hostMac: Mac },
): NetlinkRequest[] {
  const gateway = podGateway(address, nicIndex);
  const table = podTable(nicIndex);
  const key: AddressKey = { linkIndex, address, bits: hostBits(address) };
  const { podInterface: priority } = RULE_PRIORITY;
  const rule: Rule = { priority, from: hostPrefix(address), table };
  return [
    setLinkRequest(linkIndex, { up: true }),
    newRouteRequest("replace", { destination: hostPrefix(gateway), linkIndex, table }),
    ...(nicIndex === 0 ? [] : [newRuleRequest(rule)]),
    newRouteRequest("add", { destination: allOf(address), via: gateway, linkIndex, table }),
    newAddressRequest(key),
    newNeighbourRequest("add", { linkIndex, address: gateway, mac: hostMac }),
  ];
}
