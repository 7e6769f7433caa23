import { z } from "zod";
import { VARIABLES } from "../variables.ts";
import { RULE_VARIABLES } from "./node-rule.ts";

const expression = z
  .strictObject({
    key: z.string().min(1),
    operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
    values: z.array(z.string()).optional(),
  })
  .refine(({ operator, values = [] }) => /In$/.test(operator) === values.length > 0, {
    path: ["values"],
    error: "In and NotIn need values, Exists and DoesNotExist take none",
  });

const selector = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z.array(expression).optional(),
});

/** A number, or its digits as a text, within the limits of the variable. */
function count(name: (typeof RULE_VARIABLES)[number]): z.ZodType<number> {
  const { min, max } = VARIABLES[name];
  const error = `must be a whole number from ${min} to ${max}`;
  const digits = z.string().regex(/^\d+$/, { error }).transform(Number);
  return z
    .union([z.number({ error }), digits], { error })
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, { error });
}

const set = z.strictObject(
  Object.fromEntries(RULE_VARIABLES.map((name) => [name, count(name).optional()])),
);

/** A rule as it is written. */
export interface WrittenRule {
  readonly name: string;
  readonly selector: {
    readonly matchLabels?: Record<string, string> | undefined;
    readonly matchExpressions?:
      readonly { key: string; operator: string; values?: string[] | undefined }[] | undefined;
  };
  readonly set: Readonly<Partial<Record<string, number>>>;
}

/** What the ConfigMap's YAML holds. */
export const RULES_SCHEMA: z.ZodType<readonly WrittenRule[]> = z.array(
  z.strictObject({ name: z.string().min(1).max(63), selector, set }),
);
