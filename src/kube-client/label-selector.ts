import type { LabelSelector } from "kubernetes-types/meta/v1";

/** The labels of an object. */
export type Labels = Readonly<Record<string, string | undefined>>;

/**
 * The test that a label selector stands for: an empty one holds for everything, an absent one for nothing. An operator
 * that is not In, NotIn, Exists or DoesNotExist holds for nothing.
 */
export function compileSelector(selector: LabelSelector | undefined): (labels: Labels) => boolean {
  if (selector === undefined) return () => false;
  const equals = Object.entries(selector.matchLabels ?? {});
  const tests = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    const among = (labels: Labels): boolean => values.includes(labels[key] ?? "");
    switch (operator) {
      case "In":
        return (labels: Labels) => labels[key] !== undefined && among(labels);
      case "NotIn":
        return (labels: Labels) => labels[key] === undefined || !among(labels);
      case "Exists":
        return (labels: Labels) => labels[key] !== undefined;
      case "DoesNotExist":
        return (labels: Labels) => labels[key] === undefined;
      default:
        return () => false;
    }
  });
  return (labels) =>
    equals.every(([key, value]) => labels[key] === value) && tests.every((test) => test(labels));
}
