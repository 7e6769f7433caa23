import type { LabelSelector } from "kubernetes-types/meta/v1";
import { compileSelector, type Labels } from "../../../kube-client/index.ts";

// Selectors meet thousands of pods at a time.
const compiled = new WeakMap<LabelSelector, (labels: Labels) => boolean>();

/** Whether the labels fit; a selector without terms fits all, none fits nothing. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  let test = compiled.get(selector);
  if (test === undefined) {
    test = compileSelector(selector);
    compiled.set(selector, test);
  }
  return test(labels);
}

/** The selector has no terms: it would fit everything. */
export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  return (
    Object.keys(selector?.matchLabels ?? {}).length === 0 &&
    (selector?.matchExpressions ?? []).length === 0
  );
}
