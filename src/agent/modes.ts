import { BerthError } from "../base/index.ts";
import type { InstanceLimits } from "./ec2.ts";
import { settingsConflict } from "./settings/conflicts.ts";
import type { VariableReader } from "./variable-reader.ts";

/** What the agent serves, and how much of EC2 it uses for it. */
export interface Modes {
  /** Undefined: pods get IPv4 addresses. */
  readonly ipv6: Ipv6Mode | undefined;
  /** `off`: nothing is changed in EC2; ENIs and addresses that others attach are adopted. */
  readonly provisioning: "on" | "off";
  /** Who says which ENIs the node has. `metadata`: EC2 is asked for nothing that instance metadata knows. */
  readonly enisFrom: "ec2" | "metadata";
}

/** How pods of an IPv6 cluster are served: their addresses are of the primary ENI's /80 prefix. */
export interface Ipv6Mode {
  /** Whether pods reach IPv4 addresses, by an interface of their own and translated to the node's address. */
  readonly ipv4Egress: "on" | "off";
}

/** Reads the modes. Throws BerthError `settingsConflict`, which names the variables, for those that exclude each other. */
export function readModes(read: VariableReader): Modes {
  const imdsOnly = read.flag("ENABLE_IMDS_ONLY_MODE");
  const provisions = !imdsOnly && !read.flag("DISABLE_NETWORK_RESOURCE_PROVISIONING");
  const ipv6 = readIpv6(read);
  if (read.flag("ENABLE_MULTI_NIC")) throw cardsNotSupported();
  return {
    ipv6,
    provisioning: provisions ? "on" : "off",
    enisFrom: imdsOnly ? "metadata" : "ec2",
  };
}

/** Throws BerthError `instanceWithoutPrefixes` when the instance can't have IPv6 prefixes (EC2 user guide, "Prefix delegation"). */
export function requireNitro(
  modes: Pick<Modes, "ipv6">,
  given: { readonly limits: InstanceLimits; readonly instanceType: string },
): void {
  if (modes.ipv6 === undefined || given.limits.prefixes) return;
  throw new BerthError(
    "instanceWithoutPrefixes",
    `ENABLE_IPv6=true needs an instance on the Nitro system or bare metal: an ENI of ${given.instanceType} takes no IPv6 prefix.`,
    {
      fix: "Use another instance type for the nodes of IPv6 clusters.",
      facts: { instanceType: given.instanceType },
    },
  );
}

function readIpv6(read: VariableReader): Ipv6Mode | undefined {
  const ipv4 = read.flag("ENABLE_IPv4");
  const ipv6 = read.flag("ENABLE_IPv6");
  if (read.flag("ENABLE_V6_EGRESS")) throw egressNotSupported(ipv6);
  if (!ipv4 && !ipv6) throw noFamily();
  if (!ipv6) return undefined;
  if (ipv4) throw bothFamilies();
  const needs = ipv6Needs(read);
  if (needs !== undefined) throw needs;
  return { ipv4Egress: read.flag("ENABLE_V4_EGRESS") ? "on" : "off" };
}

/** What ENABLE_IPv6=true asks of the other variables, if one of them says otherwise. */
function ipv6Needs(read: VariableReader): BerthError | undefined {
  if (!read.flag("ENABLE_PREFIX_DELEGATION")) {
    return settingsConflict({
      variables: ["ENABLE_IPv6", "ENABLE_PREFIX_DELEGATION"],
      text: "ENABLE_IPv6=true needs ENABLE_PREFIX_DELEGATION=true: IPv6 addresses of pods come from a /80 prefix",
      fix: "Set ENABLE_PREFIX_DELEGATION=true.",
    });
  }
  if (read.flag("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG")) {
    return settingsConflict({
      variables: ["ENABLE_IPv6", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"],
      text: "ENABLE_IPv6=true excludes AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG=true: pods of IPv6 clusters are served by the primary ENI, whose subnet is the node's",
      fix: "Remove AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG.",
    });
  }
  if (read.flag("ENABLE_POD_ENI")) {
    return settingsConflict({
      variables: ["ENABLE_IPv6", "ENABLE_POD_ENI"],
      text: "ENABLE_POD_ENI=true is not supported with ENABLE_IPv6=true",
      fix: "Remove ENABLE_POD_ENI.",
    });
  }
  const short = (["AWS_VPC_ENI_MTU", "POD_MTU"] as const).find(
    (name) => (read.integer(name) ?? LEAST_IPV6_MTU) < LEAST_IPV6_MTU,
  );
  if (short === undefined) return undefined;
  return settingsConflict({
    variables: ["ENABLE_IPv6", short],
    text: `ENABLE_IPv6=true needs ${short} to be ${LEAST_IPV6_MTU} at least, as every IPv6 link does (RFC 8200)`,
    fix: `Set ${short} to ${LEAST_IPV6_MTU} or more, or remove it.`,
  });
}

/** RFC 8200, section 5. */
const LEAST_IPV6_MTU = 1280;

function noFamily(): BerthError {
  return settingsConflict({
    variables: ["ENABLE_IPv4", "ENABLE_IPv6"],
    text: "ENABLE_IPv4=false needs ENABLE_IPv6=true: pods would get no address at all",
    fix: "Set ENABLE_IPv6=true, or remove ENABLE_IPv4.",
  });
}

function bothFamilies(): BerthError {
  return settingsConflict({
    variables: ["ENABLE_IPv4", "ENABLE_IPv6"],
    text: "ENABLE_IPv6=true needs ENABLE_IPv4=false: pods get addresses of one family",
    fix: "Set ENABLE_IPv4=false in an IPv6 cluster, or remove ENABLE_IPv6 in an IPv4 one.",
  });
}

function egressNotSupported(ipv6: boolean): BerthError {
  const why = ipv6
    ? "pods of an IPv6 cluster have IPv6 anyway"
    : "pods of an IPv4 cluster can't be given a way to IPv6 addresses yet";
  return settingsConflict({
    variables: ["ENABLE_V6_EGRESS"],
    text: `ENABLE_V6_EGRESS=true is not supported: ${why}`,
    fix: "Remove ENABLE_V6_EGRESS.",
  });
}

function cardsNotSupported(): BerthError {
  return settingsConflict({
    variables: ["ENABLE_MULTI_NIC"],
    text: "ENABLE_MULTI_NIC=true is not supported: pods are served by network card 0, also on instances that have several",
    fix: "Remove ENABLE_MULTI_NIC; ENIs on other cards are left alone.",
  });
}
