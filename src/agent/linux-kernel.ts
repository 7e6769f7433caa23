import {
  checkPod,
  eniRouteTable,
  hostVethName,
  normalisePods,
  podSuffix,
  setUpEni,
  setUpHost,
  tearDownEni,
  unwirePod,
  wirePod,
} from "../dataplane/index.ts";
import type { HostConfig } from "./config.ts";
import type { Kernel, PodToWire } from "./kernel.ts";

/** A rule deletion with table 0 matches every table (fib_rules of the kernel). */
const ANY_TABLE = 0;

/** The kernel of the namespace that the agent runs in. */
export function newLinuxKernel(config: HostConfig, vethPrefix: string): Kernel {
  return {
    setUpHost({ primaryAddress, primaryMac, vpcCidrs }) {
      setUpHost({
        primaryMac,
        primaryAddress,
        vpcCidrs,
        vethPrefix,
        mtu: config.eniMtu,
        externalSnat: config.snat === "external",
        excludeCidrs: config.snatExcludedCidrs,
        randomize: config.snatPorts,
        externalServiceCidrs: config.externalServiceCidrs,
        nodePort: config.nodePorts === "supported",
        connectionMark: config.connectionMark,
        tcpEarlyDemux: config.tcpEarlyDemux === "on",
      });
    },
    setUpEni({ mac, primaryAddress, subnetCidr, deviceIndex, role }) {
      const routeTable = tableOf(deviceIndex);
      setUpEni({
        mac,
        address: primaryAddress,
        subnet: subnetCidr,
        routeTable,
        mtu: config.eniMtu,
        role,
      });
    },
    tearDownEni: (primaryAddress) => tearDownEni({ address: primaryAddress }),
    wirePod(pod) {
      const wiring = wiringOf(pod);
      wirePod(wiring);
      const { hostVethName: hostVeth, routeTable } = wiring;
      return { hostVeth, routeTable, suffix: podSuffix(pod.pod) };
    },
    unwirePod: (address) => unwirePod({ address, routeTable: ANY_TABLE }),
    checkPod: (pod) => checkPod(wiringOf(pod)),
    normalise({ leases, free }) {
      // Names make the suffix, so a lease without one can't be told dead; it is kept, as the VPC CNI does.
      const named = leases.filter(({ pod }) => pod.name !== "" && pod.namespace !== "");
      const pods = named.map(({ key, pod, address, deviceIndex }) => ({
        key,
        address,
        suffix: podSuffix(pod),
        routeTable: tableOf(deviceIndex),
      }));
      const { dead, failed } = normalisePods({ pods, free });
      return {
        dead: dead.map(({ key }) => key),
        failed: failed.map(({ pod, error }) => ({ key: pod.key, error })),
      };
    },
  };
}

function wiringOf({
  pod,
  netns,
  ifName,
  address,
  deviceIndex,
  mtu,
  vethPrefix,
}: PodToWire): Parameters<typeof wirePod>[0] {
  return {
    podNetns: netns,
    ifName,
    hostVethName: hostVethName(pod, vethPrefix),
    address,
    mtu,
    routeTable: tableOf(deviceIndex),
  };
}

/** Pods are served by network card 0 alone. */
function tableOf(deviceIndex: number): number {
  return eniRouteTable({ networkCard: 0, deviceIndex });
}
