import { type Cidr, cidrCovers, formatIpv4, type Ipv4 } from "../net/index.ts";
import type { NftCommand, NftNode } from "./nft.ts";

/** The only nftables table that Berth owns on a node. */
export const SNAT_TABLE = "berth";

/** The mark of a connection. */
export const CT_MARK: NftNode = { ct: { key: "mark" } };
/** The mark of a packet. */
export const PACKET_MARK: NftNode = { meta: { key: "mark" } };
/** The name of the link by which a packet came. */
export const INPUT_NAME: NftNode = { meta: { key: "iifname" } };
/** Goes on after the rule that has jumped here. */
export const RETURN: NftNode = { return: null };
/** Whether the destination is never translated to. */
export const IS_INSIDE: NftNode = match(payload("daddr"), "==", "@nosnat");
/** IPS_CONFIRMED (linux/netfilter/nf_conntrack_common.h): a packet of the connection has passed already. */
export const CONFIRMED = 8;

/** AWS_VPC_K8S_CNI_RANDOMIZESNAT: how the kernel picks source ports. */
export type SnatPorts = "prng" | "hashrandom" | "none";

/** Gives a packet another source address. */
export function snatTo(address: Ipv4, ports: SnatPorts): NftNode {
  const addr = formatIpv4(address);
  switch (ports) {
    case "prng":
      return { snat: { addr, flags: "fully-random" } };
    case "hashrandom":
      return { snat: { addr, flags: "random" } };
    case "none":
      return { snat: { addr } };
  }
}

/** A set of blocks. */
export function blockSet(name: string, cidrs: readonly Cidr[]): NftCommand {
  const elem = withoutCovered(cidrs).map((cidr) => ({
    prefix: { addr: formatIpv4(cidr.base), len: cidr.bits },
  }));
  const set = { family: "ip", table: SNAT_TABLE, name, type: "ipv4_addr" };
  return { add: { set: { ...set, flags: ["interval"], elem } } };
}

/**
 * The blocks that no other one covers, sorted. nft refuses overlaps, some versions even with auto-merge; and two blocks
 * are either nested or apart, so nothing else has to be merged.
 */
function withoutCovered(cidrs: readonly Cidr[]): Cidr[] {
  const sorted = cidrs.toSorted((a, b) => a.base - b.base || a.bits - b.bits);
  const kept: Cidr[] = [];
  for (const cidr of sorted) {
    const last = kept.at(-1);
    if (last === undefined || !cidrCovers(last, cidr)) kept.push(cidr);
  }
  return kept;
}

/** A field of the IP header. */
export function payload(field: string): NftNode {
  return { payload: { protocol: "ip", field } };
}

/** A comparison that the rule goes on only after. */
export function match(left: NftNode, op: "==" | "!=" | "in", right: unknown): NftNode {
  return { match: { op, left, right } };
}

/** What an address is to this machine: `local` if it is its own. */
export function typeOf(field: "daddr" | "saddr"): NftNode {
  return { fib: { result: "type", flags: [field] } };
}

/** Adds a mark to what a connection or packet has. */
export function setMark(key: NftNode, mark: number): NftNode {
  return mangle(key, { "|": [key, mark] });
}

/** Writes a mark. */
export function mangle(key: NftNode, value: NftNode): NftNode {
  return { mangle: { key, value } };
}

/** A chain that others jump to. */
export function chain(name: string): NftCommand {
  return { add: { chain: { family: "ip", table: SNAT_TABLE, name } } };
}

/** A chain that packets go through at a hook. */
export function baseChain(
  name: string,
  where: { readonly type: string; readonly hook: string; readonly prio: number },
): NftCommand {
  return { add: { chain: { family: "ip", table: SNAT_TABLE, name, ...where, policy: "accept" } } };
}

/** A rule at the end of a chain. */
export function rule(chainName: string, expr: readonly NftNode[]): NftCommand {
  return { add: { rule: { family: "ip", table: SNAT_TABLE, chain: chainName, expr } } };
}
