import { BerthError } from "../base/index.ts";
import type { Ipv4 } from "../net/index.ts";
import { type EgressWiring, egressVethName, unwireEgress, wireEgress } from "./ipv4-egress.ts";
import { deleteLink, findLink } from "./links.ts";
import { withNetlink } from "./netlink-session.ts";
import { unwirePod, wirePod, type WiredPod } from "./pod.ts";
import type { PodWiring } from "./pod-wiring.ts";

/** A pod of an IPv6 cluster. */
export interface Ipv6PodWiring extends PodWiring {
  /** From `podSuffix`. */
  readonly suffix: string;
  /** The pod's address of the egress block; undefined: it does not speak IPv4. */
  readonly egressAddress: Ipv4 | undefined;
}

/** Connects a pod by IPv6, and to the IPv4 outside if it is to speak that. All or nothing, as {@link wirePod}. */
export function wireIpv6Pod(wiring: Ipv6PodWiring): WiredPod {
  const wired = wirePod(wiring);
  const egress = egressOf(wiring);
  if (egress === undefined) return wired;
  try {
    wireEgress(egress);
    return wired;
  } catch (cause) {
    unwireEgress(egress);
    unwirePod(wiring);
    withNetlink(wiring.hostNetns, (host) => {
      const link = findLink(host, wiring.hostVethName);
      if (link !== undefined) deleteLink(host, link.index);
    });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BerthError(
      "podNotWired",
      `Cannot give the pod in ${wiring.podNetns} its way to IPv4: ${why}`,
      {
        fix: "Try again; nothing of this attempt is left. ENABLE_V4_EGRESS=false does without.",
        facts: { netns: wiring.podNetns },
        cause,
      },
    );
  }
}

/** The pod's link for IPv4, if it has one. */
export function egressOf({
  hostNetns,
  podNetns,
  suffix,
  egressAddress: address,
  mtu,
}: Ipv6PodWiring): EgressWiring | undefined {
  if (address === undefined) return undefined;
  return { hostNetns, podNetns, hostVethName: egressVethName(suffix), address, mtu };
}
