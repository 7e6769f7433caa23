import {
  checkPod,
  eniRouteTable,
  hostVethName,
  type HostRemains,
  type HostSettings,
  normalisePods,
  podSuffix,
  readRemains,
  removeStockRules,
  setUpEni,
  setUpHost,
  tearDownEni,
  unwirePod,
  wirePod,
} from "../dataplane/index.ts";
import type { HostConfig } from "./config.ts";
import type { HostFacts, Kernel, PodToWire } from "./kernel.ts";

/** A rule deletion with table 0 matches every table (fib_rules of the kernel). */
const ANY_TABLE = 0;

/** The kernel of the namespace that the agent runs in. */
export function newLinuxKernel(config: HostConfig, vethPrefix: string): Kernel {
  let current: { settings: HostSettings; remains: HostRemains } | undefined;
  return {
    setUpHost(host) {
      const settings = hostSettings(config, { ...host, vethPrefix });
      const isFirst = current === undefined;
      const { primaryLink, remains } = setUpHost(settings);
      current = { settings, remains };
      return isFirst ? removeStockRules({ primaryLink }) : { removed: [], problem: undefined };
    },
    tidyHost() {
      if (current === undefined) return;
      const { settings, remains } = current;
      const had = countRemains(remains);
      if (had === 0 || countRemains(readRemains(settings, remains)) === had) return;
      current = { settings, remains: setUpHost(settings).remains };
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

function countRemains({ marks, vethPrefixes, waitingCidrs }: HostRemains): number {
  return marks.length + vethPrefixes.length + waitingCidrs.length;
}

function hostSettings(
  config: HostConfig,
  facts: HostFacts & { readonly vethPrefix: string },
): HostSettings {
  return {
    ...facts,
    mtu: config.eniMtu,
    externalSnat: config.snat === "external",
    excludeCidrs: config.snatExcludedCidrs,
    randomize: config.snatPorts,
    externalServiceCidrs: config.externalServiceCidrs,
    nodePort: config.nodePorts === "supported",
    connectionMark: config.connectionMark,
    tcpEarlyDemux: config.tcpEarlyDemux === "on",
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
