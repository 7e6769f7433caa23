import type { Ipv4 } from "../net/index.ts";
import { hostPrefix } from "./codec/ip.ts";
import type { Rule } from "./codec/rule-message.ts";
import { listLinks } from "./links.ts";
import { withNetlink } from "./netlink-session.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";
import { RULE_PRIORITY } from "./numbers.ts";
import { removePodRules } from "./pod.ts";
import { rulesEqual } from "./pod-check.ts";
import { podRouteRequest, podRules } from "./pod-wiring.ts";
import { deleteRoute } from "./routes.ts";
import { deleteRule, ensureRule, listRules } from "./rules.ts";

/** A pod that the agent's checkpoint knows. */
export interface KnownPod {
  readonly address: Ipv4;
  /** From `podSuffix`: the pod lives while a link of the node ends with it, whatever the prefix. */
  readonly suffix: string;
  /** The table of the ENI that has the address now. */
  readonly routeTable: number;
}

/** What the node's kernel said about known pods. */
export interface NormalisedPods {
  /** Pods without a link: they ended while the agent was down. Their rules are gone now. */
  readonly dead: readonly KnownPod[];
  /** Pods whose route or rules had to be put right. */
  readonly repaired: readonly KnownPod[];
}

/**
 * Makes the node's routes and rules fit the pods that a restarted agent knows. Dead pods lose theirs. Living pods keep
 * exactly the rules that `wirePod` gives; missing ones are added before others are removed. Addresses in `free` belong to
 * the node's ENIs but to no pod: rules for them are leftovers of an interrupted set-up, and are removed.
 */
export function normalisePods({
  netns,
  pods,
  free,
}: {
  readonly netns?: string | undefined;
  readonly pods: readonly KnownPod[];
  readonly free: readonly Ipv4[];
}): NormalisedPods {
  return withNetlink(netns, (host) => {
    const links = listLinks(host);
    const rules = rulesByAddress(listRules(host));
    const dead: KnownPod[] = [];
    const repaired: KnownPod[] = [];
    for (const pod of pods) {
      const link = links.find(({ name }) => name.endsWith(pod.suffix));
      if (link === undefined) {
        removeTraces(host, pod.address);
        dead.push(pod);
      } else {
        host.request(podRouteRequest(pod.address, link.index));
        if (repairRules(host, pod, rules.get(pod.address) ?? [])) repaired.push(pod);
      }
    }
    for (const address of free) if (rules.has(address)) removeTraces(host, address);
    return { dead, repaired };
  });
}

/** The rules whose source, or whose destination at the priority of pods, is one IPv4 address. */
function rulesByAddress(rules: readonly Rule[]): Map<Ipv4, Rule[]> {
  const byAddress = new Map<Ipv4, Rule[]>();
  for (const rule of rules) {
    const own = rule.from ?? (rule.priority === RULE_PRIORITY.toPod ? rule.to : undefined);
    if (own?.bits !== 32 || typeof own.base !== "number") continue;
    const list = byAddress.get(own.base);
    if (list === undefined) byAddress.set(own.base, [rule]);
    else list.push(rule);
  }
  return byAddress;
}

function repairRules(host: NetlinkSocket, pod: KnownPod, present: readonly Rule[]): boolean {
  const wanted = podRules(pod);
  let changed = false;
  for (const rule of wanted) if (ensureRule(host, rule)) changed = true;
  for (const rule of present) {
    if (wanted.some((other) => rulesEqual(rule, other))) continue;
    if (deleteRule(host, rule)) changed = true;
  }
  return changed;
}

function removeTraces(host: NetlinkSocket, address: Ipv4): void {
  removePodRules(host, { address, routeTable: ANY_TABLE });
  deleteRoute(host, { destination: hostPrefix(address) });
}

/** In a deletion, table 0 matches every table. */
const ANY_TABLE = 0;
