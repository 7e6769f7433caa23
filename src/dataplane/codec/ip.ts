import {
  type Cidr,
  type Cidr6,
  formatIp,
  type Ip,
  ipv4Bytes,
  ipv4FromBytes,
  ipv6Bytes,
  ipv6FromBytes,
  toIpv4,
  toIpv6,
} from "../../net/index.ts";

/** A block of either family. */
export type Prefix = Cidr | Cidr6;

/** Address families as the kernel numbers them (linux/socket.h). */
export const FAMILY = { unspecified: 0, ipv4: 2, ipv6: 10 } as const;

/** One of the families that have addresses here. */
export type Family = typeof FAMILY.ipv4 | typeof FAMILY.ipv6;

/** The family of an address. */
export function familyOf(ip: Ip): Family {
  return typeof ip === "number" ? FAMILY.ipv4 : FAMILY.ipv6;
}

/** The prefix length of a block that is one address: 32 or 128. */
export function hostBits(ip: Ip): number {
  return typeof ip === "number" ? 32 : 128;
}

/** The block that is one address. */
export function hostPrefix(ip: Ip): Prefix {
  return typeof ip === "number" ? { base: ip, bits: 32 } : { base: ip, bits: 128 };
}

/** The address in network order: 4 or 16 bytes. */
export function ipBytes(ip: Ip): Uint8Array {
  return typeof ip === "number" ? ipv4Bytes(ip) : ipv6Bytes(ip);
}

/** Reads 4 or 16 bytes in network order. */
export function ipFromBytes(bytes: Uint8Array): Ip {
  return bytes.length === 4 ? ipv4FromBytes(bytes) : ipv6FromBytes(bytes);
}

/** The block of `bits` that begins at an address given as bytes. */
export function prefixFromBytes(bytes: Uint8Array, bits: number): Prefix {
  return bytes.length === 4
    ? { base: ipv4FromBytes(bytes), bits }
    : { base: ipv6FromBytes(bytes), bits };
}

/** The block as `address/bits`. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatIp(prefix.base)}/${String(prefix.bits)}`;
}

/** Every IPv4 address: the destination of a default route. */
export const ALL_IPV4: Cidr = { base: toIpv4(0), bits: 0 };

/** Every IPv6 address. */
export const ALL_IPV6: Cidr6 = { base: toIpv6(0n), bits: 0 };

/** The destination of a default route in the family of an address. */
export function allOf(ip: Ip): Prefix {
  return typeof ip === "number" ? ALL_IPV4 : ALL_IPV6;
}

/** Whether two blocks are the same. */
export function prefixesEqual(a: Prefix | undefined, b: Prefix | undefined): boolean {
  return a?.base === b?.base && a?.bits === b?.bits;
}
