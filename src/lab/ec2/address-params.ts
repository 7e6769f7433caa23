import type { Ipv4 } from "../../net/index.ts";
import type { AddressRequest, Ipv6Request } from "../../vpc/index.ts";
import { Ec2Fault } from "./fault.ts";
import type { Params } from "./params.ts";
import { nonEmpty, optional, toCidr, toCidr6, toIpv4Value, toIpv6Value } from "./values.ts";

/**
 * The addresses that CreateNetworkInterface, or an ENI of RunInstances, asks for. Here addresses and
 * prefixes are structures (`Ipv4Prefix.1.Ipv4Prefix`), while the Assign actions take plain texts.
 */
export function readEniAddresses(params: Params): AddressRequest & Ipv6Request {
  const ipv6 = params.structs("Ipv6Addresses").map((entry) => entry.required("Ipv6Address"));
  const prefixes = params.structs("Ipv4Prefix").map((entry) => entry.required("Ipv4Prefix"));
  const ipv6Prefixes = params.structs("Ipv6Prefix").map((entry) => entry.required("Ipv6Prefix"));
  return {
    ...readExplicit(params),
    secondaryCount: params.int("SecondaryPrivateIpAddressCount"),
    prefixCount: params.int("Ipv4PrefixCount"),
    prefixes: nonEmpty(prefixes.map(toCidr)),
    ipv6Count: params.int("Ipv6AddressCount"),
    ipv6Addresses: nonEmpty(ipv6.map(toIpv6Value)),
    ipv6PrefixCount: params.int("Ipv6PrefixCount"),
    ipv6Prefixes: nonEmpty(ipv6Prefixes.map(toCidr6)),
  };
}

function readExplicit(params: Params): Pick<AddressRequest, "primary" | "secondaries"> {
  const entries = params.structs("PrivateIpAddresses").map((entry) => ({
    ip: toIpv4Value(entry.required("PrivateIpAddress")),
    primary: entry.bool("Primary") === true,
  }));
  const single = optional(params.text("PrivateIpAddress"), toIpv4Value);
  const primaries = entries.filter((entry) => entry.primary).map((entry) => entry.ip);
  if (primaries.length + (single === undefined ? 0 : 1) > 1) {
    throw new Ec2Fault(
      "InvalidParameterCombination",
      "Only one primary private IP address can be specified.",
    );
  }
  const secondaries = entries.filter((entry) => !entry.primary).map((entry) => entry.ip);
  return { primary: primaries[0] ?? single, secondaries: nonEmpty<Ipv4>(secondaries) };
}

/** The IPv4 addresses that AssignPrivateIpAddresses asks for. */
export function readAssigned(params: Params): Omit<AddressRequest, "primary"> {
  return {
    secondaryCount: params.int("SecondaryPrivateIpAddressCount"),
    secondaries: nonEmpty(params.list("PrivateIpAddress").map(toIpv4Value)),
    prefixCount: params.int("Ipv4PrefixCount"),
    prefixes: nonEmpty(params.list("Ipv4Prefix").map(toCidr)),
  };
}

/** The IPv6 addresses that AssignIpv6Addresses asks for. */
export function readAssignedIpv6(params: Params): Ipv6Request {
  return {
    ipv6Count: params.int("Ipv6AddressCount"),
    ipv6Addresses: nonEmpty(params.list("Ipv6Addresses").map(toIpv6Value)),
    ipv6PrefixCount: params.int("Ipv6PrefixCount"),
    ipv6Prefixes: nonEmpty(params.list("Ipv6Prefix").map(toCidr6)),
  };
}
