import type { PodAffinityTerm, PodSpec } from "kubernetes-types/core/v1";
import { compileSelector } from "../../kube-client/index.ts";
import type { Labels } from "../../kube-client/index.ts";

/** Which pods a term of a pod's affinity speaks of, and what counts as near. */
export interface AffinityTerm {
  readonly topologyKey: string;
  readonly matches: (pod: { readonly namespace: string; readonly labels: Labels }) => boolean;
}

/** A term that only counts so much. Negative: pods to be away from. */
export interface WeightedTerm extends AffinityTerm {
  readonly weight: number;
}

/** The pods that a pod wants to be near to or away from. */
export interface PodAffinityFacts {
  readonly near: readonly AffinityTerm[];
  readonly away: readonly AffinityTerm[];
  readonly preferred: readonly WeightedTerm[];
}

/** Reads the affinity to other pods of a pod in `namespace`. */
export function readAffinity({ affinity = {} }: PodSpec, namespace: string): PodAffinityFacts {
  const { podAffinity = {}, podAntiAffinity = {} } = affinity;
  const read = (term: PodAffinityTerm): AffinityTerm => readTerm(term, namespace);
  const near = podAffinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const away = podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return {
    near: (podAffinity.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(read),
    away: (podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(read),
    preferred: [
      ...near.map(({ weight, podAffinityTerm }) => ({ weight, ...read(podAffinityTerm) })),
      ...away.map(({ weight, podAffinityTerm }) => ({ weight: -weight, ...read(podAffinityTerm) })),
    ],
  };
}

function readTerm(term: PodAffinityTerm, ownNamespace: string): AffinityTerm {
  const matchesLabels = compileSelector(term.labelSelector);
  const { namespaceSelector, namespaces = [] } = term;
  const named = new Set(
    namespaces.length === 0 && namespaceSelector === undefined ? [ownNamespace] : namespaces,
  );
  // The only label of a namespace that is known without asking is the one that repeats its name.
  const selects = compileSelector(namespaceSelector);
  return {
    topologyKey: term.topologyKey,
    matches: ({ namespace, labels }) =>
      (named.has(namespace) || selects({ "kubernetes.io/metadata.name": namespace })) &&
      matchesLabels(labels),
  };
}
