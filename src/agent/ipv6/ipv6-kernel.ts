import { invariant } from "../../base/index.ts";
import {
  checkEgress,
  checkPod,
  egressOf,
  eniRouteTable,
  hostVethName,
  FAMILY,
  normalisePods,
  podSuffix,
  setUpIpv6Host,
  unwirePod,
  wireIpv6Pod,
} from "../../dataplane/index.ts";
import type { Ipv6PodWiring } from "../../dataplane/index.ts";
import type { AgentConfig } from "../config.ts";
import type { Kernel, PodToWire } from "../kernel.ts";
import type { Ipv6Mode } from "../modes.ts";
import { egressAddressOf } from "./egress-address.ts";

/** Pods of an IPv6 cluster are served by the primary ENI. */
const ROUTE_TABLE = eniRouteTable({ networkCard: 0, deviceIndex: 0 });

/** The kernel of the namespace that the agent runs in, on a node of an IPv6 cluster. */
export function newIpv6Kernel(
  { host }: Pick<AgentConfig, "host">,
  { ipv4Egress }: Ipv6Mode,
): Kernel {
  const egress = ipv4Egress === "on";
  const wiringOf = (pod: PodToWire): Ipv6PodWiring => toWiring(pod, egress);

  return {
    setUpHost({ primaryAddress, primaryMac }) {
      setUpIpv6Host({
        primaryMac,
        nodeAddress: primaryAddress,
        mtu: host.eniMtu,
        ipv4Egress: egress,
        randomize: host.snatPorts,
        tcpEarlyDemux: host.tcpEarlyDemux === "on",
      });
      return { removed: [], problem: undefined };
    },
    tidyHost: () => undefined,
    setUpEni: () => undefined,
    tearDownEni: () => undefined,
    wirePod(pod) {
      const wiring = wiringOf(pod);
      wireIpv6Pod(wiring);
      return { hostVeth: wiring.hostVethName, routeTable: ROUTE_TABLE, suffix: wiring.suffix };
    },
    unwirePod: (address) => unwirePod({ address, routeTable: ROUTE_TABLE }),
    checkPod(pod) {
      const wiring = wiringOf(pod);
      const link = egressOf(wiring);
      return [...checkPod(wiring), ...(link === undefined ? [] : checkEgress(link))];
    },
    normalise({ leases, free }) {
      const named = leases.filter(({ pod }) => pod.name !== "" && pod.namespace !== "");
      const pods = named.map(({ key, pod, address }) => ({
        key,
        address,
        suffix: podSuffix(pod),
        routeTable: ROUTE_TABLE,
      }));
      const { dead, failed } = normalisePods({ pods, free, family: FAMILY.ipv6 });
      return {
        dead: dead.map(({ key }) => key),
        failed: failed.map(({ pod, error }) => ({ key: pod.key, error })),
      };
    },
  };
}

function toWiring(pod: PodToWire, egress: boolean): Ipv6PodWiring {
  const { netns, ifName, address, mtu, vethPrefix } = pod;
  invariant(typeof address !== "number", "pods of an IPv6 cluster have IPv6 addresses");
  return {
    podNetns: netns,
    ifName,
    hostVethName: hostVethName(pod.pod, vethPrefix),
    suffix: podSuffix(pod.pod),
    address,
    egressAddress: egress ? egressAddressOf(address) : undefined,
    mtu,
    routeTable: ROUTE_TABLE,
  };
}
