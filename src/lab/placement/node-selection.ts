import type { NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from "kubernetes-types/core/v1";
import type { Labels } from "../../kube-client/index.ts";

/** What a node is known by when pods select it. */
export interface SelectableNode {
  readonly name: string;
  readonly labels: Labels;
}

/** A test of a node. */
export type NodeTest = (node: SelectableNode) => boolean;

/** Which nodes a pod may be on: its nodeSelector and its required node affinity. */
export function compileNodeSelection(spec: PodSpec): NodeTest {
  const equals = Object.entries(spec.nodeSelector ?? {});
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms.map(compileNodeTerm);
  return (node) =>
    equals.every(([key, value]) => node.labels[key] === value) &&
    (terms === undefined || terms.some((term) => term(node)));
}

/** The nodes that the pod names itself (`matchFields`), as the pods of a DaemonSet do; undefined if it names none. */
export function namedNodes(spec: PodSpec): ReadonlySet<string> | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const names = new Set<string>();
  for (const term of required?.nodeSelectorTerms ?? []) {
    const fields = (term.matchFields ?? []).filter(
      ({ key, operator }) => key === "metadata.name" && operator === "In",
    );
    // One term that names no node leaves all of them open.
    if (fields.length === 0) return undefined;
    for (const { values = [] } of fields) for (const name of values) names.add(name);
  }
  return required === undefined ? undefined : names;
}

/** The test of one term. A term without requirements holds for no node. */
export function compileNodeTerm(term: NodeSelectorTerm): NodeTest {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length + matchFields.length === 0) return () => false;
  const labels = matchExpressions.map((requirement) => ({
    key: requirement.key,
    holds: compileRequirement(requirement),
  }));
  const names = matchFields.map(compileRequirement);
  return (node) =>
    labels.every(({ key, holds }) => holds(node.labels[key])) &&
    names.every((holds) => holds(node.name));
}

function compileRequirement({
  operator,
  values = [],
}: NodeSelectorRequirement): (value: string | undefined) => boolean {
  const bound = Number(values[0]);
  switch (operator) {
    case "In":
      return (value) => value !== undefined && values.includes(value);
    case "NotIn":
      return (value) => value === undefined || !values.includes(value);
    case "Exists":
      return (value) => value !== undefined;
    case "DoesNotExist":
      return (value) => value === undefined;
    case "Gt":
      return (value) => value !== undefined && Number(value) > bound;
    case "Lt":
      return (value) => value !== undefined && Number(value) < bound;
    default:
      return () => false;
  }
}
