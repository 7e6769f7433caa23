import { BerthError } from "../base/index.ts";
import type { Cidr, Ipv4 } from "../net/index.ts";
import type { HostRemains } from "./host-remains.ts";
import type { NftCommand } from "./nft.ts";
import { BRANCH_VETH_PREFIX } from "./numbers.ts";
import {
  baseChain,
  blockSet,
  chain,
  CONFIRMED,
  CT_MARK,
  INPUT_NAME,
  IS_INSIDE,
  mangle,
  match,
  PACKET_MARK,
  payload,
  RETURN,
  rule,
  setMark,
  SNAT_TABLE,
  type SnatPorts,
  snatTo,
  typeOf,
} from "./snat-nodes.ts";

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
  /** AWS_EXTERNAL_SERVICE_CIDRS: always routed by the main table. */
  readonly externalServiceCidrs: readonly Cidr[];
  readonly randomize: SnatPorts;
  /** AWS_VPC_K8S_CNI_VETHPREFIX. */
  readonly vethPrefix: string;
  /** AWS_VPC_K8S_CNI_CONNMARK. */
  readonly connectionMark: number;
}

/** Whether connections are marked, and the rule that routes their packets by the main table is needed for new ones. */
export function needsMarkRule({
  externalSnat,
  nodePort,
  externalServiceCidrs,
}: Pick<SnatSettings, "externalSnat" | "nodePort" | "externalServiceCidrs">): boolean {
  return nodePort || !externalSnat || externalServiceCidrs.length > 0;
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
    ...newConnectionRules(settings, vethNames),
    ...(externalSnat ? [] : translationRules(settings)),
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
 * R4, R5: connections of pods to outside the VPC, and to external services, are marked.
 *
 * The VPC CNI marks in a nat chain, which the kernel does not ask about what kube-proxy has redirected: a service whose
 * end point is outside is then translated but not marked, and leaves by the wrong ENI. Here it is marked by its real
 * destination, with the connection's first packet, as translation is decided then too.
 */
function newConnectionRules(settings: SnatSettings, vethNames: readonly string[]): NftCommand[] {
  const { connectionMark, externalSnat, externalServiceCidrs } = settings;
  if (externalSnat && externalServiceCidrs.length === 0) return [];
  const isFirstPacket = [
    match({ ct: { key: "state" } }, "in", ["new", "related"]),
    match({ "&": [{ ct: { key: "status" } }, CONFIRMED] }, "==", 0),
  ];
  const marks = [setMark(CT_MARK, connectionMark), setMark(PACKET_MARK, connectionMark)];
  const isService = match(payload("daddr"), "==", "@by-main");
  return [
    ...(externalSnat ? [] : [blockSet("nosnat", [...settings.vpcCidrs, ...settings.excludeCidrs])]),
    ...(externalServiceCidrs.length === 0 ? [] : [blockSet("by-main", externalServiceCidrs)]),
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
    ...(externalServiceCidrs.length === 0
      ? []
      : [rule("mark-outbound", [isService, ...marks, RETURN])]),
    ...(externalSnat
      ? []
      : [rule("mark-outbound", [IS_INSIDE, RETURN]), rule("mark-outbound", marks)]),
  ];
}

/** R6, R7: what leaves for outside the VPC gets the primary address. */
function translationRules(settings: SnatSettings): NftCommand[] {
  const { primaryLink } = settings;
  const outputName = { meta: { key: "oifname" } };
  return [
    rule("snat-post", [IS_INSIDE, RETURN]),
    // What a program of the node sends from another ENI's address leaves by that ENI, where the primary one's would be refused.
    rule("snat-post", [
      match(outputName, "!=", primaryLink),
      match(typeOf("saddr"), "==", "local"),
      RETURN,
    ]),
    rule("snat-post", [
      match(outputName, "!=", `${BRANCH_VETH_PREFIX}*`),
      match(typeOf("daddr"), "!=", "local"),
      snatTo(settings.primaryAddress, settings.randomize),
    ]),
  ];
}
