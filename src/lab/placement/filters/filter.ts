import type { NodeState } from "../cluster-view.ts";
import type { PodFacts } from "../pod-facts.ts";

/** Why a node cannot take a pod, in kube-scheduler's words. */
export interface Refusal {
  readonly reasons: readonly string[];
  /** Whether it could, if other pods were gone from it. */
  readonly resolvable: boolean;
}

/** Looks at one node; undefined: no objection. */
export type NodeCheck = (node: NodeState) => Refusal | undefined;

/** One rule of kube-scheduler. Given the pod and all nodes it returns its check, or undefined if the rule does not concern the pod. */
export type Filter = (pod: PodFacts, nodes: readonly NodeState[]) => NodeCheck | undefined;

/** A refusal that no removal of pods would change. */
export function lasting(reason: string): Refusal {
  return { reasons: [reason], resolvable: false };
}

/** A refusal because of the pods that are on the node now. */
export function passing(...reasons: string[]): Refusal {
  return { reasons, resolvable: true };
}
