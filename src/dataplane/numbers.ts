import { invariant } from "../base/index.ts";
import { type Ip, type Ipv4, toIpv4, toIpv6 } from "../net/index.ts";
import { TABLE } from "./codec/route-message.ts";

/**
 * Priorities of the routing rules. They are those of the VPC CNI v1.23, so that other programs, and people, find what
 * they know.
 */
export const RULE_PRIORITY = {
  /** Inside a pod with several interfaces. */
  podInterface: 1,
  toPod: 512,
  connectionMark: 1024,
  externalService: 1535,
  fromPod: 1536,
  fromEni: 32765,
} as const;

/** The gateway that a pod sees, 169.254.1.1 as from the VPC CNI: an address that exists nowhere. */
export const POD_GATEWAY: Ipv4 = toIpv4(0xa9fe_0101);

/** fe80::1, the same for a pod with an IPv6 address. */
const POD_GATEWAY6 = toIpv6(0xfe80n << 112n) + 1n;

/** The gateway of a pod's interface: the first one's in the address's family, and the next for each further interface. */
export function podGateway(address: Ip, nicIndex = 0): Ip {
  return typeof address === "number"
    ? toIpv4(POD_GATEWAY + nicIndex)
    : toIpv6(POD_GATEWAY6 + BigInt(nicIndex));
}

/** The table of a pod's own namespace in which an interface has its routes: main for the first, then 1, 2 and so on. */
export function podTable(nicIndex = 0): number {
  return nicIndex === 0 ? TABLE.main : nicIndex;
}

/** The prefix of host veth names unless AWS_VPC_K8S_CNI_VETHPREFIX says otherwise. */
export const DEFAULT_VETH_PREFIX = "eni";

/** The prefix of host veth names of pods with a branch ENI of their own, which nothing translates. */
export const BRANCH_VETH_PREFIX = "vlan";

/** The bit of the connection mark unless AWS_VPC_K8S_CNI_CONNMARK says otherwise. */
export const DEFAULT_CONNECTION_MARK = 0x80;

/**
 * The routing table of an ENI, as the VPC CNI numbers them: main for the primary ENI, device index + 1 for the others on
 * network card 0, 10000 + 100 × card + device index on further cards.
 */
export function eniRouteTable({
  networkCard,
  deviceIndex,
}: {
  readonly networkCard: number;
  readonly deviceIndex: number;
}): number {
  invariant(networkCard >= 0 && deviceIndex >= 0, "network cards and devices count from 0");
  if (networkCard > 0) return 10_000 + 100 * networkCard + deviceIndex;
  return deviceIndex === 0 ? TABLE.main : deviceIndex + 1;
}
