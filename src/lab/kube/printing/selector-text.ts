import type { LabelSelector } from "kubernetes-types/meta/v1";
import type { Loose } from "../kinds/loose.ts";

/** Labels as `a=b,c=d`, sorted by key; `<none>` if there are none. */
export function labelsText(
  labels: Readonly<Record<string, string | undefined>> | undefined,
): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value ?? ""}`);
  return pairs.length === 0 ? "<none>" : pairs.sort().join(",");
}

/** A label selector as `a=b,c in (d,e),!f`; `<none>` if it is missing or empty. */
export function labelSelectorText(selector: Loose<LabelSelector> | undefined): string {
  const words: { key: string; text: string }[] = [
    ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({
      key,
      text: `${key}=${value ?? ""}`,
    })),
    ...(selector?.matchExpressions ?? []).map((expression) => ({
      key: expression.key ?? "",
      text: expressionText(expression),
    })),
  ];
  words.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return words.length === 0 ? "<none>" : words.map((word) => word.text).join(",");
}

function expressionText(expression: {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly values?: readonly string[] | undefined;
}): string {
  const key = expression.key ?? "";
  const values = `(${[...(expression.values ?? [])].sort().join(",")})`;
  switch (expression.operator) {
    case "In":
      return `${key} in ${values}`;
    case "NotIn":
      return `${key} notin ${values}`;
    case "DoesNotExist":
      return `!${key}`;
    case undefined:
    default:
      return key;
  }
}
