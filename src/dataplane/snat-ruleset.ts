import { BerthError } from "../base/index.ts";
import { type Cidr, cidrCovers, formatIpv4, type Ipv4 } from "../net/index.ts";
import type { HostRemains } from "./host-remains.ts";
import type { NftCommand, NftNode } from "./nft.ts";
import { BRANCH_VETH_PREFIX } from "./numbers.ts";

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

/** Whether connections are marked, and the rule that routes their packets by the main table is needed for new ones. */
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
 * | yes | no  | –   | (yes) | –   |
 *
 * R2 and an empty nat chain stay in the last case too: connections that are translated already go on being so only while
 * the namespace has a nat chain, and a connection that conntrack has not seen begin would be taken for a new one, and be
 * translated in its midst, once the setting is changed back.
 *
 * `remains` are marks and links that only what runs already has. Code "vpcCidrsMissing" when the node translates but knows
 * no block of the VPC: it would translate everything.
 */
export function snatRuleset(settings: SnatSettings, remains: HostRemains): NftCommand[] {
  const { externalSnat } = settings;
  if (!externalSnat && settings.vpcCidrs.length === 0) {
    throw new BerthError(
      "vpcCidrsMissing",
      "Cannot set up the translation of pods' addresses: the VPC has no IPv4 block.",
      { fix: "Check vpc-ipv4-cidr-blocks of the primary ENI in the instance metadata." },
    );
  }
  const table = { family: "ip", name: SNAT_TABLE };
  const vethNames = [settings.vethPrefix, ...remains.vethPrefixes].map((prefix) => `${prefix}*`);
  return [
    // Adding first makes the deletion succeed whether or not the table exists.
    { add: { table } },
    { delete: { table } },
    { add: { table } },
    ...restoreChain(settings, remains),
    ...markChain(settings, vethNames),
    baseChain("snat-post", { type: "nat", hook: "postrouting", prio: 100 }),
    ...(externalSnat ? [] : translationRules(settings, vethNames)),
  ];
}

/** R1–R3: later packets of a connection learn its mark before they are routed. */
function markChain(
  { primaryLink, connectionMark, nodePort }: SnatSettings,
  vethNames: readonly string[],
): NftCommand[] {
  const fromPrimary = [
    match(INPUT_NAME, "==", primaryLink),
    // The input link counts: an address of another ENI is not local here, as with iptables' --limit-iface-in.
    match({ fib: { result: "type", flags: ["daddr", "iif"] } }, "==", "local"),
    setMark(CT_MARK, connectionMark),
  ];
  const names = [...vethNames, ...(nodePort ? [`${BRANCH_VETH_PREFIX}*`] : [])];
  return [
    baseChain("mark-pre", { type: "filter", hook: "prerouting", prio: -150 }),
    ...(nodePort ? [rule("mark-pre", fromPrimary)] : []),
    ...names.map((name) =>
      rule("mark-pre", [match(INPUT_NAME, "==", name), { jump: { target: "restore-mark" } }]),
    ),
  ];
}

/** Copies a connection's mark to its packet. Two rules a mark, because nftables cannot merge under a mask in one statement. */
function restoreChain({ connectionMark }: SnatSettings, { marks }: HostRemains): NftCommand[] {
  return [
    chain("restore-mark"),
    ...[connectionMark, ...marks.filter((mark) => mark !== connectionMark)].map((mark) =>
      rule("restore-mark", [
        match({ "&": [CT_MARK, mark] }, "==", mark),
        setMark(PACKET_MARK, mark),
        RETURN,
      ]),
    ),
    rule("restore-mark", [
      mangle(PACKET_MARK, { "&": [PACKET_MARK, (~connectionMark & 0xffff_ffff) >>> 0] }),
    ]),
  ];
}

/**
 * R4–R7: connections of pods to outside the VPC are marked, and leave with the primary address.
 *
 * The VPC CNI marks in a nat chain, which the kernel does not ask about what kube-proxy has redirected: a service whose
 * end point is outside is then translated but not marked, and leaves by the wrong ENI. Here it is marked by its real
 * destination, with the connection's first packet, as translation is decided then too.
 */
function translationRules(settings: SnatSettings, vethNames: readonly string[]): NftCommand[] {
  const { primaryLink, connectionMark } = settings;
  const isInside = match(payload("daddr"), "==", "@nosnat");
  const isFirstPacket = [
    match({ ct: { key: "state" } }, "in", ["new", "related"]),
    match({ "&": [{ ct: { key: "status" } }, CONFIRMED] }, "==", 0),
  ];
  const outputName = { meta: { key: "oifname" } };
  return [
    nosnatSet([...settings.vpcCidrs, ...settings.excludeCidrs]),
    chain("mark-outbound"),
    // After kube-proxy at −100.
    baseChain("mark-new", { type: "filter", hook: "prerouting", prio: -90 }),
    ...vethNames.map((name) =>
      rule("mark-new", [
        match(INPUT_NAME, "==", name),
        ...isFirstPacket,
        { jump: { target: "mark-outbound" } },
      ]),
    ),
    rule("mark-outbound", [match(typeOf("daddr"), "==", "local"), RETURN]),
    rule("mark-outbound", [isInside, RETURN]),
    rule("mark-outbound", [setMark(CT_MARK, connectionMark), setMark(PACKET_MARK, connectionMark)]),
    rule("snat-post", [isInside, RETURN]),
    // What a program of the node sends from another ENI's address leaves by that ENI, where the primary one's would be refused.
    rule("snat-post", [
      match(outputName, "!=", primaryLink),
      match(typeOf("saddr"), "==", "local"),
      RETURN,
    ]),
    rule("snat-post", [
      match(outputName, "!=", `${BRANCH_VETH_PREFIX}*`),
      match(typeOf("daddr"), "!=", "local"),
      snat(settings),
    ]),
  ];
}

const CT_MARK: NftNode = { ct: { key: "mark" } };
const PACKET_MARK: NftNode = { meta: { key: "mark" } };
const INPUT_NAME: NftNode = { meta: { key: "iifname" } };
const RETURN: NftNode = { return: null };
/** IPS_CONFIRMED (linux/netfilter/nf_conntrack_common.h): a packet of the connection has passed already. */
const CONFIRMED = 8;

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

function match(left: NftNode, op: "==" | "!=" | "in", right: unknown): NftNode {
  return { match: { op, left, right } };
}

function typeOf(field: "daddr" | "saddr"): NftNode {
  return { fib: { result: "type", flags: [field] } };
}

function setMark(key: NftNode, mark: number): NftNode {
  return mangle(key, { "|": [key, mark] });
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
