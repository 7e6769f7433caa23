import { closeSync } from "node:fs";
import { BerthError, invariant } from "../base/index.ts";
import { formatIp, type Mac } from "../net/index.ts";
import { hostPrefix } from "./codec/ip.ts";
import { setLinkRequest } from "./codec/link-message.ts";
import type { NetlinkRequest } from "./codec/message.ts";
import { TABLE } from "./codec/route-message.ts";
import { deleteRuleRequest, newRuleRequest, type Rule } from "./codec/rule-message.ts";
import { isErrno, type KernelError } from "./kernel-error.ts";
import { deleteLink, findLink, getLink } from "./links.ts";
import { openNetlink, withNetlink } from "./netlink-session.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";
import { isNamespacePath, openNetns, OWN_NETNS, sameNamespace, withNetns } from "./netns.ts";
import { RULE_PRIORITY } from "./numbers.ts";
import {
  podRouteRequest,
  podRules,
  podSideRequests,
  podVethRequest,
  type PodWiring,
} from "./pod-wiring.ts";
import { randomMac } from "./random-mac.ts";
import { deleteRoute } from "./routes.ts";
import { deleteRule, deleteRules } from "./rules.ts";
import { writeSysctl } from "./sysctl.ts";

/** A pod that is connected. */
export interface WiredPod {
  /** The MAC of the host's end: the pod's neighbour entry for its gateway holds it for ever. */
  readonly hostVethMac: Mac;
  /** The number of the host's end. */
  readonly hostVethIndex: number;
}

/**
 * Connects a pod: the veth pair, address, routes and neighbour in its namespace; route and rules on the node. A host link
 * of that name, left by an earlier pod, is deleted first, and with it that pod's end. All or nothing: when a step fails,
 * what this call did is undone in reverse order, and the error (code "podNotWired") tells the step.
 */
export function wirePod(wiring: PodWiring): WiredPod {
  checkPodNetns(wiring);
  const hostFd = openNetns(wiring.hostNetns ?? OWN_NETNS);
  try {
    return withNetlink(wiring.hostNetns, (host) => wireOrUndo(host, hostFd, wiring));
  } catch (cause) {
    throw notWired(wiring, cause);
  } finally {
    closeSync(hostFd);
  }
}

/**
 * Removes what outlives a pod's namespace: the node's rules and the route for its address. The veth pair ends with the
 * namespace, which need not exist any more. Repeating it is harmless.
 */
export function unwirePod({
  hostNetns,
  address,
  routeTable,
}: Pick<PodWiring, "hostNetns" | "address" | "routeTable">): void {
  withNetlink(hostNetns, (host) => {
    removePodRules(host, { address, routeTable });
    deleteRoute(host, { destination: hostPrefix(address) });
  });
}

/** Deletes the rules of a pod's address. Table 0 matches any table. */
export function removePodRules(
  host: NetlinkSocket,
  { address, routeTable }: Pick<PodWiring, "address" | "routeTable">,
): void {
  const own = hostPrefix(address);
  deleteRule(host, { priority: RULE_PRIORITY.toPod, to: own, table: TABLE.main });
  if (routeTable === TABLE.main) return;
  // Several, because old versions of the VPC CNI had one for each block of the VPC.
  deleteRules(host, { priority: RULE_PRIORITY.fromPod, from: own, table: routeTable });
}

function wireOrUndo(host: NetlinkSocket, hostFd: number, wiring: PodWiring): WiredPod {
  const added: Rule[] = [];
  const pod = openNetlink(wiring.podNetns);
  const mac = randomMac();
  try {
    createPair(host, pod, { wiring, request: podVethRequest(wiring, { mac, netnsFd: hostFd }) });
    try {
      const { index, peerIndex: hostVethIndex } = getLink(pod, wiring.ifName);
      invariant(hostVethIndex !== undefined, "a veth has another end");
      refuseRouterAdvertisements(wiring);
      if (typeof wiring.address !== "number") allowIpv6(wiring);
      connectHostSide(host, { wiring, hostVethIndex, added });
      pod.requestAll(podSideRequests(wiring, { linkIndex: index, hostMac: mac }));
      return { hostVethMac: mac, hostVethIndex };
    } catch (error) {
      undo(host, wiring.hostVethName, added);
      throw error;
    }
  } finally {
    pod.close();
  }
}

/** Creates the veth pair, if need be in place of a host link of that name that an earlier pod has left. */
function createPair(
  host: NetlinkSocket,
  pod: NetlinkSocket,
  { wiring, request }: { readonly wiring: PodWiring; readonly request: NetlinkRequest },
): void {
  try {
    pod.request(request);
  } catch (error) {
    const old = isErrno(error, "EEXIST") ? findLink(host, wiring.hostVethName) : undefined;
    if (old === undefined) throw error;
    deleteLink(host, old.index);
    pod.request(request);
  }
}

/** Link up, route and rules in one go. Notes in `added` the rules that were not there before. */
function connectHostSide(
  host: NetlinkSocket,
  {
    wiring,
    hostVethIndex,
    added,
  }: { readonly wiring: PodWiring; readonly hostVethIndex: number; readonly added: Rule[] },
): void {
  const rules = podRules(wiring);
  const [up, route, ...ruleOutcomes] = host.outcomes([
    setLinkRequest(hostVethIndex, { up: true }),
    podRouteRequest(wiring.address, hostVethIndex),
    ...rules.map((rule) => newRuleRequest(rule)),
  ]);
  added.push(...rules.filter((_, index) => ruleOutcomes[index] === undefined));
  throwFirst([up, route, ...ruleOutcomes.filter((refusal) => !isErrno(refusal, "EEXIST"))]);
}

function throwFirst(refusals: readonly (KernelError | undefined)[]): void {
  for (const refusal of refusals) if (refusal !== undefined) throw refusal;
}

/** The main route goes with the link, and so does the pod's end with all that it has. */
function undo(host: NetlinkSocket, hostVeth: string, added: readonly Rule[]): void {
  // Refusals while undoing would hide the reason for it; the checks of the agent find what may remain.
  host.outcomes(added.toReversed().map(deleteRuleRequest));
  const link = findLink(host, hostVeth);
  if (link !== undefined) deleteLink(host, link.index);
}

/** The pod must not be able to change the node's IPv6 routing. Before the link is up, because it listens from then on. */
function refuseRouterAdvertisements({ hostNetns, hostVethName }: PodWiring): void {
  const key = (name: string): string[] => ["ipv6", "conf", hostVethName, name];
  withNetns(hostNetns, () => {
    writeSysctl(key("accept_ra"), 0);
    writeSysctl(key("accept_redirects"), 1);
    writeSysctl(key("forwarding"), 0);
  });
}

/**
 * Runtimes may have switched IPv6 off. No duplicate detection, at either end: the pair is ours alone, and a pod would wait
 * two seconds for its link-local address, as would the first packet to it.
 */
function allowIpv6({ hostNetns, hostVethName, podNetns, ifName }: PodWiring): void {
  writeSysctl(["ipv6", "conf", hostVethName, "accept_dad"], 0, { netns: hostNetns });
  withNetns(podNetns, () => {
    writeSysctl(["ipv6", "conf", ifName, "accept_dad"], 0);
    writeSysctl(["ipv6", "conf", ifName, "disable_ipv6"], 0);
    writeSysctl(["ipv6", "conf", "lo", "disable_ipv6"], 0);
  });
}

function checkPodNetns({ podNetns, hostNetns = OWN_NETNS }: PodWiring): void {
  if (!isNamespacePath(podNetns)) {
    throw new BerthError("netnsMissing", `${podNetns} is not a network namespace.`, {
      fix: "Check CNI_NETNS; the sandbox may have ended while the pod was being set up.",
      facts: { netns: podNetns },
    });
  }
  if (sameNamespace(podNetns, hostNetns)) {
    throw new BerthError("podNetnsIsHost", `${podNetns} is the node's own network namespace.`, {
      fix: "Check CNI_NETNS. Pods with hostNetwork get no address of their own and never come here.",
      facts: { netns: podNetns },
    });
  }
}

function notWired({ podNetns, ifName, address }: PodWiring, cause: unknown): BerthError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new BerthError(
    "podNotWired",
    `Cannot connect ${ifName} in ${podNetns} with ${formatIp(address)}: ${why}`,
    {
      fix: cause instanceof BerthError ? cause.fix : "Try again; nothing of this attempt is left.",
      facts: { netns: podNetns, ifName, address: formatIp(address) },
      cause,
    },
  );
}
