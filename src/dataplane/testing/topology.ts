import type { Ipv4, Mac } from "../../net/index.ts";
import { addAddress } from "../addresses.ts";
import { ALL_IPV4, hostPrefix } from "../codec/ip.ts";
import type { EniSettings } from "../eni.ts";
import type { HostSettings } from "../host.ts";
import { addVethPair, getLink, setLink } from "../links.ts";
import { withNetlink } from "../netlink-session.ts";
import { applyNft } from "../nft.ts";
import type { PodWiring } from "../pod-wiring.ts";
import { hostVethName } from "../pod-names.ts";
import { replaceRoute } from "../routes.ts";
import { writeSysctl } from "../sysctl.ts";
import type { TestNamespaces } from "./test-netns.ts";
import { cidr, ip, mac } from "./values.ts";

/** The MACs of the node's two ENIs. */
export const ENI_MAC: Readonly<Record<"eth0" | "eth1", Mac>> = {
  eth0: mac("02:00:00:00:00:10"),
  eth1: mac("02:00:00:00:01:10"),
};

/** Pod A lives on the primary ENI, pod B on the secondary one. */
export const POD_ADDRESS: Readonly<Record<"a" | "b", Ipv4>> = {
  a: ip("10.0.0.11"),
  b: ip("10.0.1.11"),
};

/** The server outside, and a host of the VPC that is no node. */
export const OUTSIDE: Ipv4 = ip("198.51.100.2");
export const VPC_HOST: Ipv4 = ip("10.0.9.2");

/** The settings of the reference's defaults for the node of {@link buildTopology}. */
export function hostSettings(netns: string): HostSettings {
  return {
    netns,
    primaryMac: ENI_MAC.eth0,
    primaryAddress: ip("10.0.0.10"),
    vpcCidrs: [cidr("10.0.0.0/16")],
    mtu: 9001,
    externalSnat: false,
    nodePort: true,
    excludeCidrs: [],
    randomize: "prng",
    vethPrefix: "eni",
    connectionMark: 0x80,
    externalServiceCidrs: [],
    tcpEarlyDemux: true,
  };
}

/** The node's second ENI. */
export function eniSettings(netns: string): EniSettings {
  return {
    netns,
    mac: ENI_MAC.eth1,
    address: ip("10.0.1.10"),
    subnet: cidr("10.0.1.0/24"),
    routeTable: 2,
    mtu: 9001,
    role: "secondary",
  };
}

/** Pod A or B. */
export function podWiring(pod: "a" | "b", netns: { host: string; pod: string }): PodWiring {
  return {
    hostNetns: netns.host,
    podNetns: netns.pod,
    ifName: "eth0",
    hostVethName: hostVethName({ namespace: "default", name: `pod-${pod}` }),
    address: POD_ADDRESS[pod],
    mtu: 9001,
    routeTable: pod === "a" ? 254 : 2,
  };
}

/**
 * A node, a router that plays the VPC, a host of the VPC and a server outside. As in a VPC, the router delivers to an ENI
 * without asking by ARP for its secondary addresses, and drops what leaves an ENI with a foreign source.
 */
export function buildTopology(namespaces: TestNamespaces): void {
  const router = namespaces.create("router");
  for (const name of ["node", "outside", "vpc-host", "pod-a", "pod-b"]) namespaces.create(name);
  writeSysctl(["ipv4", "ip_forward"], 1, { netns: router });
  const node = namespaces.path("node");
  cable(router, { name: "v0", gateway: "10.0.0.1" }, { netns: node, name: "eth0", ...ENI_MAC });
  cable(router, { name: "v1", gateway: "10.0.1.1" }, { netns: node, name: "eth1", ...ENI_MAC });
  configureByDhcp(node, "eth0", "10.0.0.10", "10.0.0.1");
  for (const [label, address, gateway] of [
    ["outside", "198.51.100.2", "198.51.100.1"],
    ["vpc-host", "10.0.9.2", "10.0.9.1"],
  ] as const) {
    const netns = namespaces.path(label);
    cable(router, { name: `v-${label}`, gateway }, { netns, name: "eth0" });
    configureByDhcp(netns, "eth0", address, gateway);
  }
  deliverSecondaryAddresses(router);
  checkSources(router);
}

function cable(
  router: string,
  end: { readonly name: string; readonly gateway: string },
  far: { netns: string; name: "eth0" | "eth1"; eth0?: Mac; eth1?: Mac },
): void {
  const farMac = far[far.name];
  withNetlink(router, (socket) => {
    const peer = { name: far.name, netns: far.netns, mtu: 9001 };
    addVethPair(socket, {
      name: end.name,
      up: true,
      mtu: 9001,
      peer: farMac === undefined ? peer : { ...peer, mac: farMac },
    });
    const { index: linkIndex } = getLink(socket, end.name);
    addAddress(socket, { linkIndex, address: ip(end.gateway), bits: 24 });
  });
}

/** What a machine's DHCP client does for its first link. */
function configureByDhcp(netns: string, link: string, address: string, gateway: string): void {
  withNetlink(netns, (socket) => {
    const { index: linkIndex } = getLink(socket, link);
    setLink(socket, linkIndex, { up: true });
    addAddress(socket, { linkIndex, address: ip(address), bits: 24 });
    replaceRoute(socket, { destination: ALL_IPV4, via: ip(gateway), linkIndex });
  });
}

function deliverSecondaryAddresses(router: string): void {
  withNetlink(router, (socket) => {
    const v0 = getLink(socket, "v0").index;
    const v1 = getLink(socket, "v1").index;
    const [a, b] = [hostPrefix(POD_ADDRESS.a), hostPrefix(POD_ADDRESS.b)];
    replaceRoute(socket, { destination: a, via: ip("10.0.0.10"), linkIndex: v0 });
    replaceRoute(socket, { destination: b, via: ip("10.0.1.10"), linkIndex: v1 });
  });
}

function checkSources(netns: string): void {
  const table = { family: "ip", name: "source-check" };
  const inTable = { family: "ip", table: table.name, chain: "forward" };
  const allowed = { v0: ["10.0.0.10", "10.0.0.11"], v1: ["10.0.1.10", "10.0.1.11"] };
  const hook = { type: "filter", hook: "forward", prio: 0, policy: "accept" };
  const commands = [
    { add: { table } },
    { add: { chain: { family: "ip", table: table.name, name: "forward", ...hook } } },
    ...Object.entries(allowed).map(([link, addresses]) => ({
      add: {
        rule: {
          ...inTable,
          expr: [
            { match: { op: "==", left: { meta: { key: "iifname" } }, right: link } },
            {
              match: {
                op: "!=",
                left: { payload: { protocol: "ip", field: "saddr" } },
                right: { set: addresses },
              },
            },
            { drop: null },
          ],
        },
      },
    })),
  ];
  applyNft({ netns, commands });
}
