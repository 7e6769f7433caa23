import type {
  Node,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
} from "kubernetes-types/core/v1";
import { labelsOf, nameOf } from "./meta.ts";

/** The node fits the pod's node selector and its required node affinity. */
export function fitsNodeAffinity(spec: PodSpec | undefined, node: Node): boolean {
  const labels = labelsOf(node);
  const isSelected = Object.entries(spec?.nodeSelector ?? {}).every(
    ([key, value]) => labels[key] === value,
  );
  if (!isSelected) return false;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return true;
  return required.nodeSelectorTerms.some((term) => fitsTerm(term, node));
}

/** A term without requirements fits nothing. */
function fitsTerm(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  node: Node,
): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const labels = labelsOf(node);
  return (
    matchExpressions.every((requirement) => fits(requirement, labels[requirement.key])) &&
    matchFields.every(
      (requirement) => requirement.key === "metadata.name" && fits(requirement, nameOf(node)),
    )
  );
}

function fits(
  { operator, values = [] }: NodeSelectorRequirement,
  value: string | undefined,
): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return Number(value) > Number(values[0]);
    case "Lt":
      return Number(value) < Number(values[0]);
    default:
      return false;
  }
}
