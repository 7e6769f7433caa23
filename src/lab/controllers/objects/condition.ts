import { timeText } from "../../../time/index.ts";

/** What the conditions of all kinds have. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** A condition as it should be; its times follow from what it was. */
export interface WantedCondition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

/** The condition of that type. */
export function conditionOf<C extends Condition>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** The conditions without that type. */
export function withoutCondition<C extends Condition>(
  conditions: readonly C[] | undefined,
  type: string,
): C[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

/**
 * The conditions with `wanted` in place of its like. If status and reason are the same, nothing changes; if only the
 * status is, the time of transition stays.
 */
export function withCondition<C extends Condition>(
  conditions: readonly C[] | undefined,
  wanted: WantedCondition,
  { nowMs }: { readonly nowMs: number },
): C[] {
  const current = conditionOf(conditions, wanted.type);
  if (current?.status === wanted.status && current.reason === wanted.reason) {
    return [...(conditions ?? [])];
  }
  const lastTransitionTime =
    current?.status === wanted.status
      ? (current.lastTransitionTime ?? timeText(nowMs))
      : timeText(nowMs);
  const next = { ...wanted, lastTransitionTime } as unknown as C;
  return [...withoutCondition(conditions, wanted.type), next];
}
