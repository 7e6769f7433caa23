import { NEWEST_CNI_VERSION } from "./version.ts";

/** File name of the network list; runtimes take the first in alphabetical order. */
export const CONFLIST_FILE = "10-berth.conflist";
/** Name of the network: part of the key under which addresses are held, so it never changes. */
export const NETWORK_NAME = "berth";
/** Plugin type, which is the file name of the relay in the runtime's plugin directory. */
export const PLUGIN_TYPE = "berth-cni";

/** What differs between network lists. */
export interface ConflistSettings {
  readonly mtu: number;
  readonly vethPrefix: string;
  /** Whether pods' `hostPort`s are served by the standard `portmap` plugin, chained after Berth. */
  readonly portmap: boolean;
  /** Whether the standard `bandwidth` plugin, chained after it, shapes pods that ask for it by annotation. */
  readonly bandwidth: boolean;
  /** `off`: the standard `tuning` plugin, chained last, disables IPv6 in pods. */
  readonly podIpv6: "on" | "off";
}

/** As the VPC CNI chains them. */
const PORTMAP = { type: "portmap", capabilities: { portMappings: true }, snat: true };
const BANDWIDTH = { type: "bandwidth", capabilities: { bandwidth: true } };
const NO_POD_IPV6 = {
  type: "tuning",
  sysctl: Object.fromEntries(
    ["all", "default", "lo"].map((link) => [`net.ipv6.conf.${link}.disable_ipv6`, "1"]),
  ),
};

/**
 * The network list for a node, as JSON text.
 *
 * `cniVersion` is 0.4.0 and `cniVersions` names the newer ones: a runtime that knows the second key (libcni 1.2)
 * picks the newest it speaks and so gets STATUS and GC; older ones read the first. `mtu` is text because that is
 * how Amazon's VPC CNI writes it, whose tools read this file too.
 */
export function renderConflist(settings: ConflistSettings): string {
  const { mtu, vethPrefix, portmap, bandwidth, podIpv6 } = settings;
  const berth = { type: PLUGIN_TYPE, vethPrefix, mtu: String(mtu) };
  const chained = [
    ...(portmap ? [PORTMAP] : []),
    ...(bandwidth ? [BANDWIDTH] : []),
    ...(podIpv6 === "off" ? [NO_POD_IPV6] : []),
  ];
  const list = {
    cniVersion: "0.4.0",
    cniVersions: ["0.4.0", "1.0.0", NEWEST_CNI_VERSION],
    name: NETWORK_NAME,
    plugins: [berth, ...chained],
  };
  return `${JSON.stringify(list, undefined, 2)}\n`;
}
