import type { AffinityTerm } from "../affinity.ts";
import type { NodeState } from "../cluster-view.ts";
import type { PodFacts } from "../pod-facts.ts";
import { lasting, passing } from "./filter.ts";
import type { Filter } from "./filter.ts";

/** Plugin InterPodAffinity, required terms: those of the pod, and those of the pods that are there already. */
export const podAffinity: Filter = (pod, nodes) => {
  const { near, away } = pod.affinity;
  const keptOff = domainsKeptOff(pod, nodes);
  if (near.length + away.length + keptOff.size === 0) return undefined;
  const notNear = lasting("node(s) didn't match pod affinity rules");
  const notAway = passing("node(s) didn't match pod anti-affinity rules");
  const unwelcome = passing("node(s) didn't satisfy existing pods anti-affinity rules");
  const nearDomains = near.map((term) => domainsWith(term, nodes));
  const awayDomains = away.map((term) => domainsWith(term, nodes));
  // The first of a group that wants to be together may go anywhere.
  const isFirst =
    nearDomains.every((domains) => domains.size === 0) && near.every((term) => term.matches(pod));

  return ({ labels }) => {
    const isNear = near.every(({ topologyKey }, at) => {
      const value = labels[topologyKey];
      return value !== undefined && (isFirst || nearDomains[at]?.has(value) === true);
    });
    if (!isNear) return notNear;
    const isAway = away.every(({ topologyKey }, at) => {
      const value = labels[topologyKey];
      return value === undefined || awayDomains[at]?.has(value) !== true;
    });
    if (!isAway) return notAway;
    for (const [key, values] of keptOff) if (values.has(labels[key] ?? "")) return unwelcome;
    return undefined;
  };
};

function domainsWith(term: AffinityTerm, nodes: readonly NodeState[]): ReadonlySet<string> {
  const domains = new Set<string>();
  for (const node of nodes) {
    const value = node.labels[term.topologyKey];
    if (value === undefined || domains.has(value)) continue;
    for (const group of node.groups.values()) if (term.matches(group)) domains.add(value);
  }
  return domains;
}

/** By label: its values where a pod is that does not want this one near. */
function domainsKeptOff(
  pod: PodFacts,
  nodes: readonly NodeState[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const keptOff = new Map<string, Set<string>>();
  for (const { labels, guarded } of nodes)
    for (const { affinity } of guarded.values())
      for (const term of affinity.away) {
        const value = labels[term.topologyKey];
        if (value === undefined || !term.matches(pod)) continue;
        const values = keptOff.get(term.topologyKey) ?? new Set();
        keptOff.set(term.topologyKey, values.add(value));
      }
  return keptOff;
}
