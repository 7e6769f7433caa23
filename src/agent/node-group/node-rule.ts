import type { Labels } from "../../kube-client/index.ts";

/** The variables that a rule can set for its nodes. */
export const RULE_VARIABLES = [
  "WARM_ENI_TARGET",
  "WARM_IP_TARGET",
  "MINIMUM_IP_TARGET",
  "WARM_PREFIX_TARGET",
  "MAX_ENI",
  "IP_COOLDOWN_PERIOD",
] as const;

/** What a rule sets, in the units of the variables. What it does not set stays as the agent's environment has it. */
export type RuleSettings = Readonly<Partial<Record<(typeof RULE_VARIABLES)[number], number>>>;

/** Settings for the nodes whose labels match. */
export interface NodeRule {
  readonly name: string;
  readonly matches: (labels: Labels) => boolean;
  readonly set: RuleSettings;
}

/** The ConfigMap in kube-system that holds the rules, and its key. */
export const RULES_CONFIG_MAP = "berth-node-settings";

/** The key of {@link RULES_CONFIG_MAP} that holds the rules, as YAML. */
export const RULES_KEY = "rules";
