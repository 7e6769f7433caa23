import {
  addAddress,
  addVethPair,
  applyNft,
  getLink,
  type NetlinkSocket,
  type NftCommand,
  type NftNode,
  openNetlink,
  replaceRoute,
  setLink,
  writeSysctl,
} from "../../dataplane/index.ts";
import { cidrOf, formatIpv4, ipv4FromBytes, type Ipv4 } from "../../net/index.ts";
import type { PublicAddress } from "./plan.ts";

// TEST-NET-1 (RFC 5737): the wire between the router and the outside has addresses that nothing else has.
const ROUTER_END: Ipv4 = ipv4FromBytes([192, 0, 2, 0]);
/** The internet gateway, seen from the router. */
export const INTERNET_GATEWAY: Ipv4 = ipv4FromBytes([192, 0, 2, 1]);

const ROUTER_LINK = "internet";
const VPC_LINK = "vpc";
const INTERNET_MTU = 1500;

/** What is outside the VPC: an internet gateway and a server. */
export class Internet {
  readonly #netns: string;
  /** The router's link to it. */
  readonly linkIndex: number;
  #applied = "";

  /** Connects a fresh namespace to the router and gives it the server's address. */
  constructor(netns: string, { router, server }: { router: InternetRouter; server: Ipv4 }) {
    this.#netns = netns;
    addVethPair(router.socket, {
      name: ROUTER_LINK,
      mtu: INTERNET_MTU,
      up: true,
      peer: { name: VPC_LINK, mtu: INTERNET_MTU, netns },
    });
    this.linkIndex = getLink(router.socket, ROUTER_LINK).index;
    addAddress(router.socket, { linkIndex: this.linkIndex, address: ROUTER_END, bits: 31 });
    // What comes from outside has a source that the router does not know.
    writeSysctl(["ipv4", "conf", ROUTER_LINK, "rp_filter"], 0, { netns: router.netns });
    writeSysctl(["ipv4", "conf", ROUTER_LINK, "proxy_arp"], 0, { netns: router.netns });
    writeSysctl(["ipv4", "conf", "all", "rp_filter"], 0, { netns });
    const socket = openNetlink(netns);
    try {
      setUpOutside(socket, server);
    } finally {
      socket.close();
    }
    this.translate([]);
  }

  /**
   * Sets the internet gateway's translation, one to one and both ways. A private address that has no public one gets no
   * further, as in AWS.
   */
  translate(addresses: readonly PublicAddress[]): void {
    const commands = gatewayRules(addresses);
    const text = JSON.stringify(commands);
    if (text === this.#applied) return;
    applyNft({ netns: this.#netns, commands });
    this.#applied = text;
  }
}

/** The router, as far as the outside needs it. */
export interface InternetRouter {
  readonly netns: string;
  readonly socket: NetlinkSocket;
}

function setUpOutside(socket: NetlinkSocket, server: Ipv4): void {
  const lo = getLink(socket, "lo").index;
  addAddress(socket, { linkIndex: lo, address: server, bits: 32 });
  const linkIndex = getLink(socket, VPC_LINK).index;
  setLink(socket, linkIndex, { up: true });
  addAddress(socket, { linkIndex, address: INTERNET_GATEWAY, bits: 31 });
  // What begins here comes from the server, not from the wire.
  const from = { preferredSource: server };
  replaceRoute(socket, { destination: cidrOf(ROUTER_END, 0), via: ROUTER_END, linkIndex, ...from });
}

const TABLE = { family: "ip", name: "igw" };

function gatewayRules(addresses: readonly PublicAddress[]): NftCommand[] {
  const pairs = addresses.map(({ privateIp, publicIp }): [string, string] => [
    formatIpv4(privateIp),
    formatIpv4(publicIp),
  ]);
  const address = (field: "saddr" | "daddr"): NftNode => ({ payload: { protocol: "ip", field } });
  const mapped = (key: NftNode, data: string): NftNode => ({ addr: { map: { key, data } } });
  return [
    { add: { table: TABLE } },
    { delete: { table: TABLE } },
    { add: { table: TABLE } },
    {
      add: {
        set: { ...named("known"), type: "ipv4_addr", ...elements(pairs.map(([inside]) => inside)) },
      },
    },
    map("public", pairs),
    map(
      "private",
      pairs.map(([inside, outside]) => [outside, inside]),
    ),
    chain("check", { type: "filter", hook: "prerouting", prio: -300 }),
    // To and from the server, which lives in this namespace: its packets are not forwarded.
    chain("translate", { type: "nat", hook: "input", prio: 100 }),
    chain("deliver", { type: "nat", hook: "output", prio: -100 }),
    rule("check", [
      { match: { op: "==", left: { meta: { key: "iifname" } }, right: VPC_LINK } },
      { match: { op: "!=", left: address("saddr"), right: "@known" } },
      { drop: null },
    ]),
    rule("translate", [{ snat: mapped(address("saddr"), "@public") }]),
    rule("deliver", [{ dnat: mapped(address("daddr"), "@private") }]),
  ];
}

function map(name: string, pairs: readonly (readonly [string, string])[]): NftCommand {
  return {
    add: { map: { ...named(name), type: "ipv4_addr", map: "ipv4_addr", ...elements(pairs) } },
  };
}

function elements(list: readonly unknown[]): { elem?: readonly unknown[] } {
  return list.length === 0 ? {} : { elem: list };
}

function chain(name: string, where: { type: string; hook: string; prio: number }): NftCommand {
  return { add: { chain: { ...named(name), ...where, policy: "accept" } } };
}

function rule(name: string, expr: readonly NftNode[]): NftCommand {
  return { add: { rule: { ...inChain(name), expr } } };
}

function named(name: string): { family: string; table: string; name: string } {
  return { family: TABLE.family, table: TABLE.name, name };
}

function inChain(chain: string): { family: string; table: string; chain: string } {
  return { family: TABLE.family, table: TABLE.name, chain };
}
