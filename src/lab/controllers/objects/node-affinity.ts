import type { Node, PodSpec } from "kubernetes-types/core/v1";
import { compileNodeSelection, type NodeTest } from "../../placement/index.ts";
import { labelsOf, nameOf } from "./meta.ts";

// A DaemonSet asks for every node.
const compiled = new WeakMap<PodSpec, NodeTest>();

/** The node fits the pod's node selector and its required node affinity. */
export function fitsNodeAffinity(spec: PodSpec | undefined, node: Node): boolean {
  if (spec === undefined) return true;
  let test = compiled.get(spec);
  if (test === undefined) {
    test = compileNodeSelection(spec);
    compiled.set(spec, test);
  }
  return test({ name: nameOf(node), labels: labelsOf(node) });
}
