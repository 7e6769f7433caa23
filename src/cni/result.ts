import { formatIp } from "../net/index.ts";
import type { Ip } from "../net/index.ts";
import { CNI_VERSIONS, NEWEST_CNI_VERSION, isAtLeast } from "./version.ts";
import type { CniVersion } from "./version.ts";

/** What an ADD has made. */
export interface PodWiring {
  readonly hostVeth: string;
  readonly ifName: string;
  readonly netns: string;
  readonly address: Ip;
  /** Route table of the pod's ENI: 254 for the primary ENI. */
  readonly routeTable: number;
  /** Device index of the pod's ENI. */
  readonly deviceNumber: number;
  readonly mtu: number;
  /** The 11 digits that end the host veth's name. */
  readonly suffix: string;
}

/**
 * The result of an ADD as JSON text, in the form of `version`.
 *
 * The layout is that of Amazon's VPC CNI v1.20 and later, so that either plugin can delete pods of the other: the
 * container interface's `mac` holds the route table, and a last interface that exists nowhere, `dummy<suffix>`,
 * holds the VLAN (0: none) and, as its sandbox, the device number.
 */
export function renderAddResult(wiring: PodWiring, version: CniVersion): string {
  const { hostVeth, ifName, netns, routeTable, deviceNumber, suffix } = wiring;
  const mtu = isAtLeast(version, "1.1.0") ? { mtu: wiring.mtu } : {};
  const [family, bits] = typeof wiring.address === "number" ? ["4", 32] : ["6", 128];
  const ipVersion = isAtLeast(version, "1.0.0") ? {} : { version: family };
  return toText({
    cniVersion: version,
    interfaces: [
      { name: hostVeth, ...mtu },
      { name: ifName, mac: String(routeTable), ...mtu, sandbox: netns },
      { name: `dummy${suffix}`, mac: "0", sandbox: String(deviceNumber) },
    ],
    ips: [{ ...ipVersion, interface: 1, address: `${formatIp(wiring.address)}/${bits}` }],
    dns: {},
  });
}

/** The answer to VERSION. */
export function renderVersions(): string {
  return toText({ cniVersion: NEWEST_CNI_VERSION, supportedVersions: CNI_VERSIONS });
}

function toText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 4)}\n`;
}
