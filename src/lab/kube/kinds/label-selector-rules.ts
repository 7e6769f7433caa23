import type { LabelSelector } from "kubernetes-types/meta/v1";
import { compileSelector } from "../../../kube-client/index.ts";
import { forbidden, invalid, required, type FieldCause } from "./field-error.ts";
import type { Loose } from "./loose.ts";
import { validateLabels } from "./metadata-rules.ts";
import { labelValueRule, qualifiedNameRule } from "./names.ts";

/** The refused fields of a label selector that stands at `field`. */
export function validateLabelSelector(
  selector: Loose<LabelSelector> | undefined,
  field: string,
): FieldCause[] {
  return [
    ...validateLabels(`${field}.matchLabels`, selector?.matchLabels),
    ...(selector?.matchExpressions ?? []).flatMap((expression, index) =>
      validateExpression(expression, `${field}.matchExpressions[${index}]`),
    ),
  ];
}

/** Whether a selector matches some labels. An empty selector matches all; none matches nothing. */
export function selectorMatches(
  selector: Loose<LabelSelector> | undefined,
  labels: Readonly<Record<string, string | undefined>> | undefined,
): boolean {
  // An expression that lacks its operator has been refused, and fits nothing here.
  return compileSelector(selector as LabelSelector | undefined)(labels ?? {});
}

/** Whether a selector says nothing. */
export function isEmptySelector(selector: Loose<LabelSelector> | undefined): boolean {
  return (
    Object.keys(selector?.matchLabels ?? {}).length === 0 &&
    (selector?.matchExpressions ?? []).length === 0
  );
}

type Expression = NonNullable<Loose<LabelSelector>["matchExpressions"]>[number];

function validateExpression(expression: Expression, field: string): FieldCause[] {
  const { key = "", operator = "", values = [] } = expression;
  const causes: FieldCause[] = [];
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) {
        causes.push(
          required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"),
        );
      }
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) {
        causes.push(
          forbidden(
            `${field}.values`,
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          ),
        );
      }
      break;
    default:
      causes.push(invalid(`${field}.operator`, operator, "not a valid selector operator"));
  }
  return [
    ...causes,
    ...qualifiedNameRule(key).map((sentence) => invalid(`${field}.key`, key, sentence)),
    ...values.flatMap((value, index) =>
      labelValueRule(value).map((text) => invalid(`${field}.values[${index}]`, value, text)),
    ),
  ];
}
