import type { Taint, Toleration } from "kubernetes-types/core/v1";
import type { NodeState } from "../cluster-view.ts";
import { lasting } from "./filter.ts";
import type { Filter } from "./filter.ts";

const UNSCHEDULABLE: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

/** Plugin NodeUnschedulable: cordoned nodes. */
export const unschedulable: Filter = ({ tolerations }) => {
  if (tolerates(tolerations, UNSCHEDULABLE)) return undefined;
  const refusal = lasting("node(s) were unschedulable");
  return (node) => (node.unschedulable ? refusal : undefined);
};

/** Plugin TaintToleration. The text is that of Kubernetes 1.35; older ones name the taint. */
export const taints: Filter = ({ tolerations }) => {
  const refusal = lasting("node(s) had untolerated taint(s)");
  return (node) => (untolerated(node, tolerations) ? refusal : undefined);
};

/** Plugin NodeAffinity: nodeSelector and required node affinity. */
export const nodeAffinity: Filter = ({ selection }) => {
  const refusal = lasting("node(s) didn't match Pod's node affinity/selector");
  return (node) => (selection(node) ? undefined : refusal);
};

/** Whether a taint of the node keeps pods with these tolerations from it. */
export function untolerated(node: NodeState, tolerations: readonly Toleration[]): boolean {
  return node.taints.some(
    (taint) => taint.effect !== "PreferNoSchedule" && !tolerates(tolerations, taint),
  );
}

/** How many taints would rather not have pods with these tolerations. */
export function countAverse(node: NodeState, tolerations: readonly Toleration[]): number {
  return node.taints.filter(
    (taint) => taint.effect === "PreferNoSchedule" && !tolerates(tolerations, taint),
  ).length;
}

/** Whether one of the tolerations tolerates the taint. */
export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(({ key = "", operator = "Equal", value = "", effect = "" }) => {
    if (effect !== "" && effect !== taint.effect) return false;
    if (key !== "" && key !== taint.key) return false;
    return operator === "Exists" || (key !== "" && value === (taint.value ?? ""));
  });
}
