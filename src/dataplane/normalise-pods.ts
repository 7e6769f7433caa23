import type { Ip } from "../net/index.ts";
import { type Family, hostBits, hostPrefix } from "./codec/ip.ts";
import type { Rule } from "./codec/rule-message.ts";
import { KernelError } from "./kernel-error.ts";
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
  readonly address: Ip;
  /** From `podSuffix`: the pod lives while a link of the node ends with it, whatever the prefix. */
  readonly suffix: string;
  /** The table of the ENI that has the address now. */
  readonly routeTable: number;
}

/** What the node's kernel said about known pods. */
export interface NormalisedPods<Pod extends KnownPod> {
  /** Pods without a link: they ended while the agent was down. Their rules are gone now. */
  readonly dead: readonly Pod[];
  /** Pods whose route or rules had to be put right. */
  readonly repaired: readonly Pod[];
  /** Pods that the kernel would not put right, and why: a link that is down belongs to a set-up that was cut off. */
  readonly failed: readonly { readonly pod: Pod; readonly error: KernelError }[];
}

/**
 * Makes the node's routes and rules fit the pods that a restarted agent knows. Dead pods lose theirs. Living pods keep
 * exactly the rules that `wirePod` gives; missing ones are added before others are removed. Addresses in `free` belong to
 * the node's ENIs but to no pod: rules for them are leftovers of an interrupted set-up, and are removed.
 *
 * One pod that can't be put right does not keep the others from it.
 */
export function normalisePods<Pod extends KnownPod>({
  netns,
  pods,
  free,
  family,
}: {
  readonly netns?: string | undefined;
  readonly pods: readonly Pod[];
  /** Addresses without a pod, or a test for them where they are too many to name. */
  readonly free: readonly Ip[] | ((address: Ip) => boolean);
  /** Of all these addresses; IPv4 by default. */
  readonly family?: Family;
}): NormalisedPods<Pod> {
  return withNetlink(netns, (host) => {
    const links = listLinks(host);
    const rules = rulesByAddress(listRules(host, family));
    const dead: Pod[] = [];
    const repaired: Pod[] = [];
    const failed: { pod: Pod; error: KernelError }[] = [];
    for (const pod of pods) {
      const link = links.find(({ name }) => name.endsWith(pod.suffix));
      if (link === undefined) {
        removeTraces(host, pod.address);
        dead.push(pod);
        continue;
      }
      try {
        host.request(podRouteRequest(pod.address, link.index));
        if (repairRules(host, pod, rules.get(pod.address) ?? [])) repaired.push(pod);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        failed.push({ pod, error });
      }
    }
    const isFree = typeof free === "function" ? free : inSet(free);
    for (const address of rules.keys()) if (isFree(address)) removeTraces(host, address);
    return { dead, repaired, failed };
  });
}

function inSet(addresses: readonly Ip[]): (address: Ip) => boolean {
  const set = new Set(addresses);
  return (address) => set.has(address);
}

/** The rules whose source, or whose destination at the priority of pods, is one address. */
function rulesByAddress(rules: readonly Rule[]): Map<Ip, Rule[]> {
  const byAddress = new Map<Ip, Rule[]>();
  for (const rule of rules) {
    const own = rule.from ?? (rule.priority === RULE_PRIORITY.toPod ? rule.to : undefined);
    if (own === undefined || own.bits !== hostBits(own.base)) continue;
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

function removeTraces(host: NetlinkSocket, address: Ip): void {
  removePodRules(host, { address, routeTable: ANY_TABLE });
  deleteRoute(host, { destination: hostPrefix(address) });
}

/** In a deletion, table 0 matches every table. */
const ANY_TABLE = 0;
