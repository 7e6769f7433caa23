import { type Brand, invariant, InvariantError } from "../base/index.ts";

/** An IPv4 address as an unsigned 32-bit number: 10.0.0.1 is 0x0a000001. Compare and sort with `<`. */
export type Ipv4 = Brand<number, "Ipv4">;

const OCTET = "(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
const DOTTED = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);

/** The number as an address. It must be an integer in 0 … 2³² − 1. */
export function toIpv4(value: number): Ipv4 {
  // Not `invariant`: its message would be put together on every call, and allocators make a great many.
  if (value >>> 0 !== value) throw new InvariantError(`not an IPv4 address: ${value}`);
  return value as Ipv4;
}

/** Reads four decimal numbers separated by dots, without leading zeros or white space; else undefined. */
export function parseIpv4(text: string): Ipv4 | undefined {
  const octets = DOTTED.exec(text)?.slice(1);
  return octets === undefined ? undefined : ipv4FromBytes(octets.map(Number));
}

/** Dotted decimal. */
export function formatIpv4(ip: Ipv4): string {
  return `${String(ip >>> 24)}.${String((ip >>> 16) & 255)}.${String((ip >>> 8) & 255)}.${String(ip & 255)}`;
}

/** The address `n` after `ip` (before it when negative). Leaving the 32-bit space is a bug. */
export function addIpv4(ip: Ipv4, n: number): Ipv4 {
  return toIpv4(ip + n);
}

/** Four bytes in network order. */
export function ipv4Bytes(ip: Ipv4): Uint8Array {
  return Uint8Array.of(ip >>> 24, ip >>> 16, ip >>> 8, ip);
}

/** The address in four bytes in network order. */
export function ipv4FromBytes(bytes: ArrayLike<number>): Ipv4 {
  invariant(bytes.length === 4, "an IPv4 address has 4 bytes");
  let value = 0;
  for (const byte of Array.from(bytes)) value = value * 256 + byte;
  return toIpv4(value);
}
