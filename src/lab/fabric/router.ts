import {
  addAddress,
  deleteAddress,
  type NetlinkSocket,
  replaceRoute,
  deleteRoute,
  ROUTE_TYPE,
  getLink,
  writeSysctl,
  type SysctlKey,
} from "../../dataplane/index.ts";
import { type Cidr, formatCidr, formatIpv4, ipv4FromBytes, type Ipv4 } from "../../net/index.ts";
import { setUpIpv6Router } from "./ipv6-ports.ts";
import type { FabricPlan } from "./plan.ts";

/** Where instances find their metadata (EC2 user guide, "Instance metadata"). */
export const METADATA_ADDRESS: Ipv4 = ipv4FromBytes([169, 254, 169, 254]);

/** Where nodes find the EC2 API: what a VPC endpoint is in AWS. A choice of the lab. */
export const EC2_ADDRESS: Ipv4 = ipv4FromBytes([169, 254, 169, 252]);

/**
 * How the router behaves, before it has any link: new links copy `default`.
 * It answers ARP for all it can reach, at once, because in a VPC no frame goes from one ENI to another directly.
 * The strict reverse-path filter is EC2's source check: a packet passes only by the ENI that owns its source.
 */
const ROUTER_SYSCTLS: readonly (readonly [SysctlKey, number])[] = [
  [["ipv4", "ip_forward"], 1],
  [["ipv4", "conf", "all", "rp_filter"], 0],
  [["ipv4", "conf", "default", "rp_filter"], 1],
  [["ipv4", "conf", "default", "proxy_arp"], 1],
  [["ipv4", "neigh", "default", "proxy_delay"], 0],
  [["ipv4", "conf", "all", "send_redirects"], 0],
  [["ipv4", "conf", "default", "send_redirects"], 0],
  [["ipv6", "conf", "all", "disable_ipv6"], 1],
  [["ipv6", "conf", "default", "disable_ipv6"], 1],
];

/** Makes a fresh namespace a router. */
export function setUpRouter(netns: string, socket: NetlinkSocket): void {
  for (const [key, value] of ROUTER_SYSCTLS) writeSysctl(key, value, { netns });
  setUpIpv6Router(netns);
  const lo = getLink(socket, "lo").index;
  for (const address of [METADATA_ADDRESS, EC2_ADDRESS]) {
    addAddress(socket, { linkIndex: lo, address, bits: 32 });
  }
}

/** The router's own addresses and its knowledge of what is inside. */
export class RouterAddresses {
  readonly #socket: NetlinkSocket;
  readonly #loopback: number;
  readonly #gateways = new Map<string, Ipv4>();
  readonly #blocks = new Map<string, Cidr>();

  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
    this.#loopback = getLink(socket, "lo").index;
  }

  /** Owns every subnet's gateway address; swallows what is inside a VPC and on no ENI, as a VPC does. */
  apply({ gatewayAddresses, vpcCidrs }: Pick<FabricPlan, "gatewayAddresses" | "vpcCidrs">): void {
    const linkIndex = this.#loopback;
    sync(this.#gateways, new Map(gatewayAddresses.map((ip) => [formatIpv4(ip), ip])), {
      add: (address) => addAddress(this.#socket, { linkIndex, address, bits: 32 }),
      remove: (address) => deleteAddress(this.#socket, { linkIndex, address, bits: 32 }),
    });
    sync(this.#blocks, new Map(vpcCidrs.map((cidr) => [formatCidr(cidr), cidr])), {
      add: (destination) => replaceRoute(this.#socket, { destination, type: ROUTE_TYPE.blackhole }),
      remove: (destination) => deleteRoute(this.#socket, { destination }),
    });
  }
}

interface Effects<T> {
  readonly add: (value: T) => void;
  readonly remove: (value: T) => void;
}

/** Makes `have` equal to `want`, with an effect for each difference. */
export function sync<T>(
  have: Map<string, T>,
  want: ReadonlyMap<string, T>,
  { add, remove }: Effects<T>,
): void {
  for (const [key, value] of have) {
    if (want.has(key)) continue;
    remove(value);
    have.delete(key);
  }
  for (const [key, value] of want) {
    if (have.has(key)) continue;
    add(value);
    have.set(key, value);
  }
}
