import { type Brand, invariant } from "../base/index.ts";
import { formatIpv4, ipv4FromBytes, parseIpv4 } from "./ipv4.ts";

/** An IPv6 address as an unsigned 128-bit number. Compare with `<`. */
export type Ipv6 = Brand<bigint, "Ipv6">;

const GROUP = /^[0-9a-fA-F]{1,4}$/;

/** The number as an address. It must be in 0 … 2¹²⁸ − 1. */
export function toIpv6(value: bigint): Ipv6 {
  invariant(value >= 0n && value < 1n << 128n, `not an IPv6 address: ${String(value)}`);
  return value as Ipv6;
}

/**
 * Reads any text form of RFC 4291 §2.2, also `::` and a dotted IPv4 tail; undefined for everything else.
 * White space, zones (`%eth0`) and groups of more than four digits are refused.
 */
export function parseIpv6(text: string): Ipv6 | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [before = "", after] = halves;
  // A dotted tail may only stand at the very end of the text.
  const head = parseGroups(before, after === undefined);
  const tail = parseGroups(after ?? "", true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  // RFC 4291: "::" stands for one or more groups of zeros.
  if (after === undefined ? missing !== 0 : missing < 1) return undefined;
  return fromGroups([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

function parseGroups(text: string, mayEndDotted: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    const dotted = mayEndDotted && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (dotted !== undefined) groups.push(dotted >>> 16, dotted & 0xffff);
    else if (GROUP.test(part)) groups.push(parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function fromGroups(groups: readonly number[]): Ipv6 {
  let value = 0n;
  for (const group of groups) value = (value << 16n) | BigInt(group);
  return toIpv6(value);
}

/**
 * The one text form of RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups
 * (the first of equals) as `::`, and IPv4-mapped addresses with a dotted tail.
 */
export function formatIpv6(ip: Ipv6): string {
  const bytes = ipv6Bytes(ip);
  if (ip >> 32n === 0xffffn) return `::ffff:${formatIpv4(ipv4FromBytes(bytes.subarray(12)))}`;
  const view = new DataView(bytes.buffer);
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(index * 2).toString(16));
  const run = longestZeroRun(groups);
  if (run.length < 2) return groups.join(":");
  return `${groups.slice(0, run.start).join(":")}::${groups.slice(run.start + run.length).join(":")}`;
}

function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === "0" ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}

/** The address `n` after `ip`. Leaving the 128-bit space is a bug. */
export function addIpv6(ip: Ipv6, n: bigint): Ipv6 {
  return toIpv6(ip + n);
}

/** Sixteen bytes in network order. */
export function ipv6Bytes(ip: Ipv6): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, ip >> 64n);
  view.setBigUint64(8, ip & 0xffff_ffff_ffff_ffffn);
  return bytes;
}

/** The address in sixteen bytes in network order. */
export function ipv6FromBytes(bytes: ArrayLike<number>): Ipv6 {
  invariant(bytes.length === 16, "an IPv6 address has 16 bytes");
  let value = 0n;
  for (const byte of Array.from(bytes)) value = (value << 8n) | BigInt(byte);
  return toIpv6(value);
}
