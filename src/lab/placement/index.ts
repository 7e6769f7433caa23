export { checkFor, chooseNode } from "./choose-node.ts";
export type { Choice } from "./choose-node.ts";
export { copyNode, emptyNode, newClusterView, putPod } from "./cluster-view.ts";
export type { ClusterView, NodeState } from "./cluster-view.ts";
export type { NodeCheck } from "./filters/filter.ts";
export { compileNodeSelection } from "./node-selection.ts";
export type { NodeTest } from "./node-selection.ts";
export { readPodFacts } from "./pod-facts.ts";
export type { PodFacts } from "./pod-facts.ts";
