import {
  addAddress,
  getLink,
  openNetlink,
  replaceRoute,
  setLink,
  type SysctlKey,
  writeSysctl,
} from "../../dataplane/index.ts";
import { cidrOf, type Ipv4 } from "../../net/index.ts";

/** What DHCP tells a machine about its primary ENI. */
export interface PrimaryEni {
  readonly address: Ipv4;
  readonly subnetBits: number;
  readonly gateway: Ipv4;
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
  const { address, subnetBits, gateway } = eni;
  const socket = openNetlink(netns);
  try {
    const linkIndex = getLink(socket, "eth0").index;
    setLink(socket, linkIndex, { up: true });
    addAddress(socket, { linkIndex, address, bits: subnetBits });
    replaceRoute(socket, { destination: cidrOf(address, 0), via: gateway, linkIndex });
  } finally {
    socket.close();
  }
}
