import { InvariantError } from "../base/index.ts";
import { formatIpv4, type Ipv4, parseIpv4, toIpv4 } from "./ipv4.ts";

/** A block of IPv4 addresses. `bits` is the prefix length, 0 … 32; the bits of `base` after it are zero. */
export interface Cidr {
  readonly base: Ipv4;
  readonly bits: number;
}

/** The block of length `bits` that holds `ip`. */
export function cidrOf(ip: Ipv4, bits: number): Cidr {
  // Not `invariant`, as in toIpv4().
  if (!(Number.isInteger(bits) && bits >= 0 && bits <= 32)) {
    throw new InvariantError(`not a prefix length: ${bits}`);
  }
  return { base: toIpv4(ip - (ip % 2 ** (32 - bits))), bits };
}

/** Reads `a.b.c.d/n`. Undefined when malformed, and when bits after the prefix are set (10.0.0.1/24). */
export function parseCidr(text: string): Cidr | undefined {
  const parsed = parseParts(text);
  if (parsed === undefined) return undefined;
  const cidr = cidrOf(parsed.ip, parsed.bits);
  return cidr.base === parsed.ip ? cidr : undefined;
}

/** Like {@link parseCidr}, but clears the bits after the prefix, as EC2 does: 10.0.0.1/24 is 10.0.0.0/24. */
export function parseCidrLoose(text: string): Cidr | undefined {
  const parsed = parseParts(text);
  return parsed === undefined ? undefined : cidrOf(parsed.ip, parsed.bits);
}

function parseParts(text: string): { ip: Ipv4; bits: number } | undefined {
  const [, address = "", bits] = /^([^/]*)\/([0-9]|[12][0-9]|3[0-2])$/.exec(text) ?? [];
  const ip = parseIpv4(address);
  return ip === undefined ? undefined : { ip, bits: Number(bits) };
}

/** `a.b.c.d/n`. */
export function formatCidr(cidr: Cidr): string {
  return `${formatIpv4(cidr.base)}/${String(cidr.bits)}`;
}

/** How many addresses: 2^(32 − bits). */
export function cidrSize(cidr: Cidr): number {
  return 2 ** (32 - cidr.bits);
}

/** The highest address of the block. */
export function cidrLast(cidr: Cidr): Ipv4 {
  return toIpv4(cidr.base + cidrSize(cidr) - 1);
}

/** Whether the address lies in the block. */
export function cidrContains(cidr: Cidr, ip: Ipv4): boolean {
  return ip >= cidr.base && ip <= cidrLast(cidr);
}

/** Whether every address of `inner` lies in `outer`. A block covers itself. */
export function cidrCovers(outer: Cidr, inner: Cidr): boolean {
  return outer.bits <= inner.bits && cidrContains(outer, inner.base);
}

/** Whether the blocks share an address, which means that one covers the other. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return cidrCovers(a, b) || cidrCovers(b, a);
}

/** Whether the blocks are the same. */
export function cidrsEqual(a: Cidr, b: Cidr): boolean {
  return a.base === b.base && a.bits === b.bits;
}
