import { BerthError } from "../base/index.ts";
import type { Cidr, Mac } from "../net/index.ts";
import { prefixesEqual } from "./codec/ip.ts";
import type { Link } from "./codec/link-message.ts";
import { TABLE } from "./codec/route-message.ts";
import {
  cidrsToWaitFor,
  type HostRemains,
  markRule,
  marksInUse,
  marksWithRule,
  vethPrefixesInUse,
} from "./host-remains.ts";
import { findLinkByMac, setLink } from "./links.ts";
import { withNetlink } from "./netlink-session.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";
import { applyNft } from "./nft.ts";
import { RULE_PRIORITY } from "./numbers.ts";
import { deleteRule, ensureRule, listRules } from "./rules.ts";
import { needsMarkRule, snatRuleset, type SnatSettings } from "./snat-ruleset.ts";
import { requireSysctl, writeSysctl } from "./sysctl.ts";

/** All that a node's own network needs to know; where a setting has a name in the VPC CNI it is given. */
export interface HostSettings extends Omit<SnatSettings, "primaryLink"> {
  /** The node's namespace; the calling thread's own when left out. */
  readonly netns?: string | undefined;
  readonly primaryMac: Mac;
  /** AWS_VPC_ENI_MTU, 576 … 9001. */
  readonly mtu: number;
  /** False when DISABLE_TCP_EARLY_DEMUX is true. */
  readonly tcpEarlyDemux: boolean;
}

/** What was found on the way. */
export interface HostSetUp {
  /** Name of the primary ENI's link. */
  readonly primaryLink: string;
  /** What of earlier settings is kept for what runs already; set up again when {@link readRemains} tells less. */
  readonly remains: HostRemains;
}

/**
 * Prepares a node for pods: MTU and loose reverse path filter of the primary ENI, forwarding, the rule for marked
 * connections, rules for external services, translation. Running it again changes nothing that is right already.
 *
 * With other settings than before, open connections go on: what is new is added before what is old goes, the translation is
 * replaced in one transaction, and marks and link names that open connections and running pods have are served until they
 * end. Code "linkNotFound" when the primary ENI has no link.
 */
export function setUpHost(settings: HostSettings): HostSetUp {
  const { netns, primaryMac, mtu } = settings;
  return withNetlink(netns, (socket) => {
    const link = requireLinkByMac(socket, primaryMac);
    if (link.mtu !== mtu) setLink(socket, link.index, { mtu });
    const primaryLink = link.name;
    // Loose, because answers to translated connections enter by the primary ENI though their pod lives on another.
    requireSysctl(["ipv4", "conf", primaryLink, "rp_filter"], 2, { netns, fix: NEEDS_IPV4 });
    requireSysctl(["ipv4", "ip_forward"], 1, { netns, fix: NEEDS_IPV4 });
    writeSysctl(["ipv4", "tcp_early_demux"], settings.tcpEarlyDemux ? 1 : 0, { netns });
    const remains = translate(socket, { ...settings, primaryLink });
    const waitingCidrs = setServiceRules(socket, settings, remains);
    return { primaryLink, remains: { ...remains, waitingCidrs } };
  });
}

/** What of earlier settings is still in use. It costs some 0.1 ms while there are few rules and connections. */
export function readRemains(
  settings: HostSettings,
  { marks, waitingCidrs }: HostRemains,
): HostRemains {
  const { netns, connectionMark, vethPrefix } = settings;
  return withNetlink(netns, (socket) => {
    const current = needsMarkRule(settings) ? connectionMark : undefined;
    return {
      marks: marksInUse(socket, { netns, marks, current }),
      vethPrefixes: vethPrefixesInUse(socket, vethPrefix),
      waitingCidrs: cidrsToWaitFor(socket, {
        netns,
        cidrs: waitingCidrs,
        marks: [connectionMark, ...marks],
      }),
    };
  });
}

/** The translation and the rules for marked connections. Returns what of earlier settings stays. */
function translate(
  socket: NetlinkSocket,
  settings: HostSettings & { readonly primaryLink: string },
): HostRemains {
  const { netns, connectionMark } = settings;
  if (needsMarkRule(settings)) ensureRule(socket, markRule(connectionMark));
  const marks = marksWithRule(socket).filter(
    (mark) => mark !== connectionMark || !needsMarkRule(settings),
  );
  const before = {
    marks,
    vethPrefixes: vethPrefixesInUse(socket, settings.vethPrefix),
    waitingCidrs: [],
  };
  applyNft({ netns, commands: snatRuleset(settings, before) });
  if (marks.length === 0) return before;
  // Only now: until a moment ago new connections may have got an old mark.
  const remains = readRemains(settings, before);
  if (marks.some((mark) => mark !== connectionMark && !remains.marks.includes(mark))) {
    applyNft({ netns, commands: snatRuleset(settings, remains) });
  }
  for (const mark of marks) {
    if (!remains.marks.includes(mark)) deleteRule(socket, markRule(mark));
  }
  return remains;
}

/** The link with that MAC. Code "linkNotFound"; the text is the one that the VPC CNI logs. */
export function requireLinkByMac(socket: NetlinkSocket, mac: Mac): Link {
  const link = findLinkByMac(socket, mac);
  if (link !== undefined) return link;
  throw new BerthError(
    "linkNotFound",
    `setupENINetwork: failed to find the link which uses MAC address ${mac}: no link of the node has it.`,
    {
      fix: "A new ENI takes a moment to appear: try again. If it does not, check that EC2 shows it attached.",
      facts: { mac },
    },
  );
}

/** A rule for each external service, and no others. Returns those that have to wait. */
function setServiceRules(
  socket: NetlinkSocket,
  { netns, connectionMark, externalServiceCidrs: cidrs }: HostSettings,
  { marks }: HostRemains,
): Cidr[] {
  const priority = RULE_PRIORITY.externalService;
  const present = listRules(socket).filter(
    (rule) => rule.priority === priority && rule.table === TABLE.main,
  );
  const missing = cidrs.filter((cidr) => !present.some(({ to }) => prefixesEqual(to, cidr)));
  const all: readonly [number, ...number[]] = [connectionMark, ...marks];
  const waiting = cidrsToWaitFor(socket, { netns, cidrs: missing, marks: all });
  for (const to of missing) {
    if (!waiting.includes(to)) ensureRule(socket, { priority, to, table: TABLE.main });
  }
  for (const rule of present) {
    if (!cidrs.some((cidr) => prefixesEqual(rule.to, cidr))) deleteRule(socket, rule);
  }
  return waiting;
}

const NEEDS_IPV4 =
  "Use a kernel with IPv4 forwarding and reverse path filtering, as every distribution's has.";
