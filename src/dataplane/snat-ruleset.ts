import { BerthError } from "../base/index.ts";
import { type Cidr, cidrCovers, formatIpv4, type Ipv4 } from "../net/index.ts";
import type { NftCommand, NftNode } from "./nft.ts";

/** What decides the translation of pods' addresses and the marks of their connections. */
export interface SnatSettings {
  /** Name of the primary ENI's link. */
  readonly primaryLink: string;
  /** What pods' addresses become outside the VPC. */
  readonly primaryAddress: Ipv4;
  /** All IPv4 blocks of the VPC. */
  readonly vpcCidrs: readonly Cidr[];
  /** AWS_VPC_K8S_CNI_EXTERNALSNAT: true means that the node translates nothing. */
  readonly externalSnat: boolean;
  /** AWS_VPC_CNI_NODE_PORT_SUPPORT: answers to what came in by the primary ENI leave by it. */
  readonly nodePort: boolean;
  /** AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS: never translated, as if inside the VPC. */
  readonly excludeCidrs: readonly Cidr[];
  /** AWS_VPC_K8S_CNI_RANDOMIZESNAT: how the kernel picks source ports. */
  readonly randomize: "prng" | "hashrandom" | "none";
  /** AWS_VPC_K8S_CNI_VETHPREFIX. */
  readonly vethPrefix: string;
  /** AWS_VPC_K8S_CNI_CONNMARK. */
  readonly connectionMark: number;
}

/** The only nftables table that Berth owns on a node. */
export const SNAT_TABLE = "berth";

/** Whether packets of marked connections are routed by the main table, and the rule for it is needed. */
export function needsMarkRule({
  externalSnat,
  nodePort,
}: Pick<SnatSettings, "externalSnat" | "nodePort">): boolean {
  return nodePort || !externalSnat;
}

/**
 * The rules that give a node the behaviour of the VPC CNI v1.23: R1–R7 of its mangle and nat tables, in one nftables
 * table that is replaced as a whole. Established connections keep their translation, which lives in conntrack.
 *
 * | external SNAT | NodePort | R1, R3 | R2 | R4–R7 |
 * | no  | yes | yes | yes | yes |
 * | no  | no  | –   | yes | yes |
 * | yes | yes | yes | yes | –   |
 * | yes | no  | –   | –   | –   |
 *
 * Code "vpcCidrsMissing" when the node translates but knows no block of the VPC: it would translate everything.
 */
export function snatRuleset(settings: SnatSettings): NftCommand[] {
  const { externalSnat } = settings;
  if (!externalSnat && settings.vpcCidrs.length === 0) {
    throw new BerthError(
      "vpcCidrsMissing",
      "Cannot set up the translation of pods' addresses: the VPC has no IPv4 block.",
      { fix: "Check vpc-ipv4-cidr-blocks of the primary ENI in the instance metadata." },
    );
  }
  const table = { family: "ip", name: SNAT_TABLE };
  // Adding first makes the deletion succeed whether or not the table exists.
  const fresh = [{ add: { table } }, { delete: { table } }];
  if (!needsMarkRule(settings)) return fresh;
  return [
    ...fresh,
    { add: { table } },
    ...markChains(settings),
    ...(externalSnat ? [] : translationChains(settings)),
  ];
}

/** R1–R3: later packets of a connection learn its mark before they are routed. */
function markChains({
  primaryLink,
  vethPrefix,
  connectionMark,
  nodePort,
}: SnatSettings): NftCommand[] {
  const setConnectionMark = mangle(CT_MARK, { "|": [CT_MARK, connectionMark] });
  const restore = { jump: { target: "restore-mark" } };
  const fromPrimary = [
    match(INPUT_NAME, "==", primaryLink),
    // The input link counts: an address of another ENI is not local here, as with iptables' --limit-iface-in.
    match({ fib: { result: "type", flags: ["daddr", "iif"] } }, "==", "local"),
    setConnectionMark,
  ];
  return [
    baseChain("mark-pre", { type: "filter", hook: "prerouting", prio: -150 }),
    chain("restore-mark"),
    ...(nodePort ? [rule("mark-pre", fromPrimary)] : []),
    rule("mark-pre", [match(INPUT_NAME, "==", `${vethPrefix}*`), restore]),
    ...(nodePort ? [rule("mark-pre", [match(INPUT_NAME, "==", "vlan*"), restore])] : []),
    // Two rules, because nftables cannot merge two marks under a mask in one statement.
    rule("restore-mark", [isMarked(connectionMark), setPacketMark(connectionMark), RETURN]),
    rule("restore-mark", [
      mangle(PACKET_MARK, { "&": [PACKET_MARK, (~connectionMark & 0xffff_ffff) >>> 0] }),
    ]),
  ];
}

/** R4–R7: connections of pods to outside the VPC are marked, and leave with the primary address. */
function translationChains(settings: SnatSettings): NftCommand[] {
  const { vethPrefix, connectionMark } = settings;
  const inside = match(payload("daddr"), "==", "@nosnat");
  const toLocal = { fib: { result: "type", flags: ["daddr"] } };
  return [
    nosnatSet([...settings.vpcCidrs, ...settings.excludeCidrs]),
    // After kube-proxy at −100: what that has redirected is not looked at again.
    baseChain("connmark-pre", { type: "nat", hook: "prerouting", prio: -90 }),
    chain("mark-outbound"),
    baseChain("snat-post", { type: "nat", hook: "postrouting", prio: 100 }),
    rule("connmark-pre", [match(toLocal, "==", "local"), RETURN]),
    rule("connmark-pre", [
      match(INPUT_NAME, "==", `${vethPrefix}*`),
      { jump: { target: "mark-outbound" } },
    ]),
    rule("connmark-pre", [isMarked(connectionMark), setPacketMark(connectionMark)]),
    rule("mark-outbound", [inside, RETURN]),
    rule("mark-outbound", [mangle(CT_MARK, { "|": [CT_MARK, connectionMark] })]),
    rule("snat-post", [inside, RETURN]),
    rule("snat-post", [
      match({ meta: { key: "oifname" } }, "!=", "vlan*"),
      match(toLocal, "!=", "local"),
      snat(settings),
    ]),
  ];
}

const CT_MARK: NftNode = { ct: { key: "mark" } };
const PACKET_MARK: NftNode = { meta: { key: "mark" } };
const INPUT_NAME: NftNode = { meta: { key: "iifname" } };
const RETURN: NftNode = { return: null };

function snat({ primaryAddress, randomize }: SnatSettings): NftNode {
  const addr = formatIpv4(primaryAddress);
  switch (randomize) {
    case "prng":
      return { snat: { addr, flags: "fully-random" } };
    case "hashrandom":
      return { snat: { addr, flags: "random" } };
    case "none":
      return { snat: { addr } };
  }
}

function nosnatSet(cidrs: readonly Cidr[]): NftCommand {
  const elem = withoutCovered(cidrs).map((cidr) => ({
    prefix: { addr: formatIpv4(cidr.base), len: cidr.bits },
  }));
  const set = { family: "ip", table: SNAT_TABLE, name: "nosnat", type: "ipv4_addr" };
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

function payload(field: string): NftNode {
  return { payload: { protocol: "ip", field } };
}

function match(left: NftNode, op: "==" | "!=", right: unknown): NftNode {
  return { match: { op, left, right } };
}

function isMarked(mark: number): NftNode {
  return match({ "&": [CT_MARK, mark] }, "==", mark);
}

function setPacketMark(mark: number): NftNode {
  return mangle(PACKET_MARK, { "|": [PACKET_MARK, mark] });
}

function mangle(key: NftNode, value: NftNode): NftNode {
  return { mangle: { key, value } };
}

function chain(name: string): NftCommand {
  return { add: { chain: { family: "ip", table: SNAT_TABLE, name } } };
}

function baseChain(
  name: string,
  where: { readonly type: string; readonly hook: string; readonly prio: number },
): NftCommand {
  return { add: { chain: { family: "ip", table: SNAT_TABLE, name, ...where, policy: "accept" } } };
}

function rule(chainName: string, expr: readonly NftNode[]): NftCommand {
  return { add: { rule: { family: "ip", table: SNAT_TABLE, chain: chainName, expr } } };
}
