import { invariant } from "../base/index.ts";
import { formatIpv6, type Ipv6, parseIpv6, toIpv6 } from "./ipv6.ts";

/** A block of IPv6 addresses. `bits` is the prefix length, 0 … 128; the bits of `base` after it are zero. */
export interface Cidr6 {
  readonly base: Ipv6;
  readonly bits: number;
}

/** The block of length `bits` that holds `ip`. */
export function cidr6Of(ip: Ipv6, bits: number): Cidr6 {
  invariant(
    Number.isInteger(bits) && bits >= 0 && bits <= 128,
    `not a prefix length: ${String(bits)}`,
  );
  const hostBits = BigInt(128 - bits);
  return { base: toIpv6((ip >> hostBits) << hostBits), bits };
}

/** Reads `address/n`. Undefined when malformed, and when bits after the prefix are set. */
export function parseCidr6(text: string): Cidr6 | undefined {
  const [, address = "", bits] = /^([^/]+)\/(0|[1-9][0-9]?|1[01][0-9]|12[0-8])$/.exec(text) ?? [];
  const ip = parseIpv6(address);
  if (ip === undefined || bits === undefined) return undefined;
  const cidr = cidr6Of(ip, Number(bits));
  return cidr.base === ip ? cidr : undefined;
}

/** `address/n`, the address as in RFC 5952. */
export function formatCidr6(cidr: Cidr6): string {
  return `${formatIpv6(cidr.base)}/${String(cidr.bits)}`;
}

/** Whether the address lies in the block. */
export function cidr6Contains(cidr: Cidr6, ip: Ipv6): boolean {
  const hostBits = BigInt(128 - cidr.bits);
  return ip >> hostBits === cidr.base >> hostBits;
}
