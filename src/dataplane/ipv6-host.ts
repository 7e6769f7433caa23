import { formatIpv4, type Ipv4, type Mac } from "../net/index.ts";
import { requireLinkByMac } from "./host.ts";
import { EGRESS_BLOCK } from "./ipv4-egress.ts";
import { setLink } from "./links.ts";
import { withNetlink } from "./netlink-session.ts";
import { applyNft, type NftCommand, type NftNode } from "./nft.ts";
import {
  baseChain,
  match,
  payload,
  rule,
  SNAT_TABLE,
  type SnatPorts,
  snatTo,
} from "./snat-nodes.ts";
import { requireSysctl, writeSysctl } from "./sysctl.ts";

/** What a node of an IPv6 cluster needs to know of its own network. */
export interface Ipv6HostSettings {
  /** The node's namespace; the calling thread's own when left out. */
  readonly netns?: string | undefined;
  readonly primaryMac: Mac;
  /** AWS_VPC_ENI_MTU, 1280 … 9001. */
  readonly mtu: number;
  /** The node's IPv4 address, which is what pods have outside of the node when they speak IPv4. */
  readonly nodeAddress: Ipv4;
  /** ENABLE_V4_EGRESS. */
  readonly ipv4Egress: boolean;
  /** AWS_VPC_K8S_CNI_RANDOMIZESNAT, for that translation. */
  readonly randomize: SnatPorts;
  /** False when DISABLE_TCP_EARLY_DEMUX is true. */
  readonly tcpEarlyDemux: boolean;
}

/**
 * Prepares a node for pods with IPv6 addresses: MTU and sysctls of the primary ENI, forwarding, and of IPv4 only the way
 * out of the egress addresses. Pods' IPv6 addresses are never translated. Running it again changes nothing that is right
 * already. Code "linkNotFound" when the primary ENI has no link, "sysctlMissing" on a kernel without IPv6.
 */
export function setUpIpv6Host(settings: Ipv6HostSettings): void {
  const { netns, primaryMac, mtu } = settings;
  const primaryLink = withNetlink(netns, (socket) => {
    const link = requireLinkByMac(socket, primaryMac);
    if (link.mtu !== mtu) setLink(socket, link.index, { mtu });
    return link.name;
  });
  const needs = { netns, fix: NEEDS_IPV6 };
  requireSysctl(["ipv6", "conf", "all", "disable_ipv6"], 0, needs);
  // Before forwarding is on, which would make the kernel forget the default route that the VPC's router has advertised.
  requireSysctl(["ipv6", "conf", primaryLink, "accept_ra"], 2, needs);
  requireSysctl(["ipv6", "conf", "all", "forwarding"], 1, needs);
  requireSysctl(["ipv4", "conf", primaryLink, "rp_filter"], 2, needs);
  if (settings.ipv4Egress) requireSysctl(["ipv4", "ip_forward"], 1, needs);
  writeSysctl(["ipv4", "tcp_early_demux"], settings.tcpEarlyDemux ? 1 : 0, { netns });
  applyNft({ netns, commands: egressRuleset(settings) });
}

const NEEDS_IPV6 =
  "Nodes of IPv6 clusters need a kernel with IPv6; do not start it with ipv6.disable=1.";

/**
 * The rules of an IPv6 node: new connections from outside a pod to its egress address are refused, whether or not the
 * egress is on, as by the VPC CNI v1.23; and what leaves an egress address does it with the node's.
 */
export function egressRuleset({
  nodeAddress,
  ipv4Egress,
  randomize,
}: Pick<Ipv6HostSettings, "nodeAddress" | "ipv4Egress" | "randomize">): NftCommand[] {
  const table = { family: "ip", name: SNAT_TABLE };
  const refuse = [TO_EGRESS, NEW_CONNECTION, { reject: null }];
  const translate = [FROM_EGRESS, NOT_MULTICAST, snatTo(nodeAddress, randomize)];
  return [
    { add: { table } },
    { delete: { table } },
    { add: { table } },
    baseChain("egress-forward", { type: "filter", hook: "forward", prio: 0 }),
    rule("egress-forward", refuse),
    ...(ipv4Egress
      ? [
          baseChain("egress-post", { type: "nat", hook: "postrouting", prio: 100 }),
          rule("egress-post", translate),
        ]
      : []),
  ];
}

const EGRESS: NftNode = {
  prefix: { addr: formatIpv4(EGRESS_BLOCK.base), len: EGRESS_BLOCK.bits },
};
const MULTICAST: NftNode = { prefix: { addr: "224.0.0.0", len: 4 } };
const TO_EGRESS = match(payload("daddr"), "==", EGRESS);
const FROM_EGRESS = match(payload("saddr"), "==", EGRESS);
const NOT_MULTICAST = match(payload("daddr"), "!=", MULTICAST);
const NEW_CONNECTION = match({ ct: { key: "state" } }, "in", "new");
