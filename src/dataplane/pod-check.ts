import { formatIp } from "../net/index.ts";
import { allOf, FAMILY, familyOf, hostBits, hostPrefix, prefixesEqual } from "./codec/ip.ts";
import type { Link } from "./codec/link-message.ts";
import { SCOPE } from "./codec/route-message.ts";
import { describeRule, type Rule } from "./codec/rule-message.ts";
import { listAddresses } from "./addresses.ts";
import { findLink } from "./links.ts";
import { listNeighbours } from "./neighbours.ts";
import { withNetlink } from "./netlink-session.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";
import { isNamespacePath } from "./netns.ts";
import { podGateway, podTable } from "./numbers.ts";
import { podRules, type PodWiring } from "./pod-wiring.ts";
import { listRoutes } from "./routes.ts";
import { listRules } from "./rules.ts";

/**
 * Compares the kernel with what {@link wirePod} promises, for CNI's CHECK. Returns a sentence for each difference, none
 * when all is right. MTUs are not compared, because other plugins of the chain may change them.
 */
export function checkPod(wiring: Omit<PodWiring, "mtu">): string[] {
  const { hostNetns, podNetns, hostVethName } = wiring;
  if (!isNamespacePath(podNetns)) return [`${podNetns} is not a network namespace`];
  return withNetlink(hostNetns, (host) => {
    const hostLink = findLink(host, hostVethName);
    const hostSide = [...linkProblems(hostLink, hostVethName), ...hostProblems(host, wiring)];
    const podSide = withNetlink(podNetns, (pod) => podProblems(pod, wiring, hostLink));
    return [...hostSide, ...podSide];
  });
}

function linkProblems(link: Link | undefined, name: string): string[] {
  if (link === undefined) return [`link ${name} is missing`];
  return link.up ? [] : [`link ${name} is down`];
}

function hostProblems(host: NetlinkSocket, wiring: Omit<PodWiring, "mtu">): string[] {
  const own = hostPrefix(wiring.address);
  const problems: string[] = [];
  const family = familyOf(wiring.address);
  const route = listRoutes(host, { family }).find(({ destination }) =>
    prefixesEqual(destination, own),
  );
  const link = findLink(host, wiring.hostVethName);
  const routed =
    link !== undefined &&
    route?.linkIndex === link.index &&
    (family === FAMILY.ipv6 || route.scope === SCOPE.link);
  if (!routed) {
    const address = formatIp(wiring.address);
    problems.push(`the main table has no route to ${address} by ${wiring.hostVethName}`);
  }
  const rules = listRules(host, family);
  for (const wanted of podRules(wiring)) {
    if (!rules.some((rule) => rulesEqual(rule, wanted))) {
      problems.push(`the rule "${describeRule(wanted)}" is missing`);
    }
  }
  return problems;
}

function podProblems(
  pod: NetlinkSocket,
  { ifName, address, nicIndex }: Omit<PodWiring, "mtu">,
  hostLink: Link | undefined,
): string[] {
  const link = findLink(pod, ifName);
  if (link === undefined) return [`link ${ifName} is missing in the pod`];
  const linkIndex = link.index;
  const problems = linkProblems(link, ifName);
  const bits = hostBits(address);
  const family = familyOf(address);
  const addresses = listAddresses(pod, { linkIndex });
  if (!addresses.some((entry) => entry.address === address && entry.bits === bits)) {
    problems.push(`${ifName} does not have the address ${formatIp(address)}/${String(bits)}`);
  }
  const routes = listRoutes(pod, { table: podTable(nicIndex), family }).filter(
    (route) => route.linkIndex === linkIndex,
  );
  const gateway = podGateway(address, nicIndex);
  if (!routes.some(({ destination }) => prefixesEqual(destination, hostPrefix(gateway)))) {
    problems.push(`the pod has no route to its gateway ${formatIp(gateway)}`);
  }
  const isDefault = routes.some(
    ({ destination, via }) => prefixesEqual(destination, allOf(address)) && via === gateway,
  );
  if (!isDefault) problems.push(`the pod has no default route via ${formatIp(gateway)}`);
  const knowsGateway = listNeighbours(pod, family).some(
    (entry) =>
      entry.linkIndex === linkIndex &&
      entry.address === gateway &&
      entry.permanent &&
      entry.mac === hostLink?.mac,
  );
  if (!knowsGateway) problems.push("the pod does not know the MAC of the host's end for good");
  return problems;
}

/** Whether two rules select the same packets with the same priority and send them to the same table. */
export function rulesEqual(a: Rule, b: Rule): boolean {
  return (
    a.priority === b.priority &&
    a.table === b.table &&
    prefixesEqual(a.from, b.from) &&
    prefixesEqual(a.to, b.to) &&
    a.mark === b.mark &&
    a.mask === b.mask &&
    a.inputLink === b.inputLink
  );
}
