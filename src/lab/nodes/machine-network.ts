import {
  addAddress,
  ALL_IPV6,
  getLink,
  openNetlink,
  replaceRoute,
  setLink,
  type SysctlKey,
  writeSysctl,
} from "../../dataplane/index.ts";
import { cidrOf, type Ipv4, type Ipv6 } from "../../net/index.ts";
import { ROUTER_LINK_LOCAL } from "../fabric/ipv6-ports.ts";

/** What DHCP tells a machine about its primary ENI. */
export interface PrimaryEni {
  readonly address: Ipv4;
  readonly subnetBits: number;
  readonly gateway: Ipv4;
  /** What DHCPv6 tells; undefined: the ENI has no IPv6 address. */
  readonly ipv6Address?: Ipv6 | undefined;
}

/** What the machine image of an EKS node sets, and a pod network takes for granted. */
const IMAGE_SYSCTLS: readonly (readonly [SysctlKey, number])[] = [
  [["ipv4", "ip_forward"], 1],
  [["ipv4", "conf", "all", "rp_filter"], 0],
  [["ipv4", "conf", "default", "rp_filter"], 1],
];

/** Makes a fresh namespace what a machine image would be after its start. */
export function setUpMachine(netns: string): void {
  for (const [key, value] of IMAGE_SYSCTLS) writeSysctl(key, value, { netns });
}

/** Configures `eth0` as the machine's DHCP client would. */
export function configurePrimary(netns: string, eni: PrimaryEni): void {
  const { address, subnetBits, gateway, ipv6Address } = eni;
  const socket = openNetlink(netns);
  try {
    const linkIndex = getLink(socket, "eth0").index;
    setLink(socket, linkIndex, { up: true });
    addAddress(socket, { linkIndex, address, bits: subnetBits });
    replaceRoute(socket, { destination: cidrOf(address, 0), via: gateway, linkIndex });
    if (ipv6Address === undefined) return;
    addAddress(socket, { linkIndex, address: ipv6Address, bits: 128 });
    replaceRoute(socket, { destination: ALL_IPV6, via: ROUTER_LINK_LOCAL, linkIndex });
  } finally {
    socket.close();
  }
}
