import {
  addAddress,
  addVethPair,
  applyNft,
  getLink,
  type NetlinkSocket,
  type NftCommand,
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
   * Sets the internet gateway's translation, one to one. A private address that has no public one gets no further, as in
   * AWS.
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
  replaceRoute(socket, { destination: cidrOf(ROUTER_END, 0), via: ROUTER_END, linkIndex });
}

const TABLE = { family: "ip", name: "igw" };

function gatewayRules(addresses: readonly PublicAddress[]): NftCommand[] {
  const pairs = addresses.map(({ privateIp, publicIp }) => [
    formatIpv4(privateIp),
    formatIpv4(publicIp),
  ]);
  const source = { payload: { protocol: "ip", field: "saddr" } };
  const known = pairs.map(([privateIp]) => privateIp);
  const elements = pairs.length === 0 ? {} : { elem: pairs };
  const knownElements = known.length === 0 ? {} : { elem: known };
  return [
    { add: { table: TABLE } },
    { delete: { table: TABLE } },
    { add: { table: TABLE } },
    { add: { set: { ...named("known"), type: "ipv4_addr", ...knownElements } } },
    { add: { map: { ...named("public"), type: "ipv4_addr", map: "ipv4_addr", ...elements } } },
    {
      add: {
        chain: {
          ...named("check"),
          type: "filter",
          hook: "prerouting",
          prio: -300,
          policy: "accept",
        },
      },
    },
    // To the server, which lives in this namespace: its packets are not forwarded, so `input` is the place.
    {
      add: {
        chain: { ...named("translate"), type: "nat", hook: "input", prio: 100, policy: "accept" },
      },
    },
    {
      add: {
        rule: {
          ...inChain("check"),
          expr: [
            { match: { op: "==", left: { meta: { key: "iifname" } }, right: VPC_LINK } },
            { match: { op: "!=", left: source, right: "@known" } },
            { drop: null },
          ],
        },
      },
    },
    {
      add: {
        rule: {
          ...inChain("translate"),
          expr: [{ snat: { addr: { map: { key: source, data: "@public" } } } }],
        },
      },
    },
  ];
}

function named(name: string): { family: string; table: string; name: string } {
  return { family: TABLE.family, table: TABLE.name, name };
}

function inChain(chain: string): { family: string; table: string; chain: string } {
  return { family: TABLE.family, table: TABLE.name, chain };
}
