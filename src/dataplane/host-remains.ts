import { type Cidr, cidrContains, type Ipv4 } from "../net/index.ts";
import { TABLE } from "./codec/route-message.ts";
import type { Rule } from "./codec/rule-message.ts";
import { listConnections } from "./connections.ts";
import { KernelError } from "./kernel-error.ts";
import { listLinks } from "./links.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";
import { BRANCH_VETH_PREFIX, RULE_PRIORITY } from "./numbers.ts";
import { POD_SUFFIX_LENGTH } from "./pod-names.ts";
import { listRoutes } from "./routes.ts";
import { listRules } from "./rules.ts";

/** What earlier settings have left that running pods and open connections still depend on. */
export interface HostRemains {
  /** Connection marks that are no longer given, but that connections of pods on further ENIs have. */
  readonly marks: readonly number[];
  /** Begins of the names of running pods' links that new pods do not get any more. */
  readonly vethPrefixes: readonly string[];
  /**
   * Blocks of AWS_EXTERNAL_SERVICE_CIDRS that have no rule yet, because open connections of pods on further ENIs would be
   * sent another way by it; new connections are marked for the main table meanwhile.
   */
  readonly waitingCidrs: readonly Cidr[];
}

/** The rule that sends packets with a mark to the main table. */
export function markRule(mark: number): Rule {
  return { priority: RULE_PRIORITY.connectionMark, mark, mask: mark, table: TABLE.main };
}

/** The marks that have a rule, of this agent or of an earlier one; the rule is how a mark is remembered. */
export function marksWithRule(socket: NetlinkSocket): number[] {
  return listRules(socket).flatMap(({ priority, mark, mask, table }) =>
    priority === RULE_PRIORITY.connectionMark &&
    table === TABLE.main &&
    mark !== undefined &&
    mark === mask
      ? [mark]
      : [],
  );
}

/**
 * Those of `marks` that a connection of a pod on a further ENI has: its packets would leave by the wrong ENI without the
 * mark's rule. Connections that have `current` as well are none of theirs. When the kernel does not tell, all are.
 */
export function marksInUse(
  socket: NetlinkSocket,
  {
    netns,
    marks,
    current,
  }: {
    readonly netns: string | undefined;
    readonly marks: readonly number[];
    /** The mark that new connections get; undefined when they get none. */
    readonly current: number | undefined;
  },
): number[] {
  if (marks.length === 0) return [];
  const pods = podsOnFurtherEnis(listRules(socket));
  return marks.filter((mark) => {
    try {
      return listConnections(netns, { mark, mask: mark }).some(
        ({ source, responder, mark: all }) =>
          (current === undefined || (all & current) >>> 0 !== current) &&
          (pods.has(source) || pods.has(responder)),
      );
    } catch (error) {
      if (error instanceof KernelError) return true;
      throw error;
    }
  });
}

/** Those of `cidrs` to which a pod on a further ENI has an open connection without any of the marks. */
export function cidrsToWaitFor(
  socket: NetlinkSocket,
  {
    netns,
    cidrs,
    marks: [current, ...others],
  }: {
    readonly netns: string | undefined;
    readonly cidrs: readonly Cidr[];
    readonly marks: readonly [number, ...number[]];
  },
): Cidr[] {
  if (cidrs.length === 0) return [];
  const pods = podsOnFurtherEnis(listRules(socket));
  try {
    const peers = listConnections(netns, { mark: 0, mask: current })
      .filter(({ mark: all }) => !others.some((mark) => (all & mark) >>> 0 === mark))
      .flatMap(({ source, responder }) =>
        pods.has(source) ? [responder] : pods.has(responder) ? [source] : [],
      );
    return cidrs.filter((cidr) => peers.some((peer) => cidrContains(cidr, peer)));
  } catch (error) {
    if (error instanceof KernelError) return [];
    throw error;
  }
}

/** The begins of the names of running pods' links, but for `current`. */
export function vethPrefixesInUse(socket: NetlinkSocket, current: string): string[] {
  const rules = listRules(socket);
  const pods = new Set(
    rules.flatMap(({ priority, to }) =>
      priority === RULE_PRIORITY.toPod && to !== undefined ? [to.base] : [],
    ),
  );
  const links = new Map(listLinks(socket).map(({ index, name }) => [index, name]));
  const prefixes = new Set<string>();
  for (const { destination, linkIndex } of pods.size === 0 ? [] : listRoutes(socket)) {
    if (linkIndex === undefined || destination.bits !== 32 || !pods.has(destination.base)) continue;
    const prefix = links.get(linkIndex)?.slice(0, -POD_SUFFIX_LENGTH) ?? "";
    if (!["", current, BRANCH_VETH_PREFIX].includes(prefix)) prefixes.add(prefix);
  }
  return [...prefixes].sort();
}

function podsOnFurtherEnis(rules: readonly Rule[]): ReadonlySet<Ipv4> {
  return new Set(
    rules.flatMap(({ priority, from }) =>
      priority === RULE_PRIORITY.fromPod && typeof from?.base === "number" ? [from.base] : [],
    ),
  );
}
