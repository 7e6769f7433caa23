import type { LabelSelector, LabelSelectorRequirement } from "kubernetes-types/meta/v1";

type Labels = Readonly<Record<string, string>>;

type Test = (labels: Labels) => boolean;

// Selectors meet thousands of pods at a time.
const compiled = new WeakMap<LabelSelector, Test>();

/** Whether the labels fit; a selector without terms fits all, none fits nothing. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  let test = compiled.get(selector);
  if (test === undefined) {
    test = compile(selector);
    compiled.set(selector, test);
  }
  return test(labels);
}

function compile({ matchLabels = {}, matchExpressions = [] }: LabelSelector): Test {
  const equal = Object.entries(matchLabels);
  return (labels) =>
    equal.every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((requirement) => meets(requirement, labels));
}

/** The selector has no terms: it would fit everything. */
export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  return (
    Object.keys(selector?.matchLabels ?? {}).length === 0 &&
    (selector?.matchExpressions ?? []).length === 0
  );
}

/** Whether the labels meet one requirement; an operator that is not one fits nothing. */
function meets({ key, operator, values = [] }: LabelSelectorRequirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}
