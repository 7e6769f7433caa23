import {
  type Cidr,
  type Ipv4,
  type Ipv6,
  type Mac,
  parseCidr,
  parseIpv4,
  parseIpv6,
  parseMac,
} from "../../net/index.ts";

/** Reads an IPv4 address that a test wrote out. */
export function ip(text: string): Ipv4 {
  return parseIpv4(text) ?? fail(text);
}

/** Reads an IPv6 address that a test wrote out. */
export function ip6(text: string): Ipv6 {
  return parseIpv6(text) ?? fail(text);
}

/** Reads an IPv4 block that a test wrote out. */
export function cidr(text: string): Cidr {
  return parseCidr(text) ?? fail(text);
}

/** Reads a MAC that a test wrote out. */
export function mac(text: string): Mac {
  return parseMac(text) ?? fail(text);
}

function fail(text: string): never {
  throw new Error(`the test has a malformed value: ${text}`);
}
