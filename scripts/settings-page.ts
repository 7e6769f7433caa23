import { format } from "prettier";
import {
  isOwnVariable,
  RULE_VARIABLES,
  RULES_CONFIG_MAP,
  UNUSED_VARIABLES,
  VARIABLES,
  type UnusedVariable,
  type Variable,
} from "../src/agent/index.ts";

/** Where the page is kept. */
export const SETTINGS_PAGE = "docs/settings.md";

/** The page about every setting of the agent, from the agent's own tables. */
export async function settingsPage(): Promise<string> {
  const text = [OPENING, variables(), UNUSED, unused(), groups()].join("\n\n");
  return format(text, { parser: "markdown", printWidth: 100 });
}

const OPENING = `# Settings of the agent

<!-- Made by scripts/write-settings-page.ts from the tables in src/agent. -->

The agent is set by the environment of the DaemonSet \`aws-node\`, under the names of the Amazon VPC CNI plugin:

\`\`\`sh
kubectl set env daemonset aws-node -n kube-system WARM_IP_TARGET=5
\`\`\`

A value that can't be ends the agent with an error that names the variable, the value and what is allowed; the stock plugin goes on with the default and a line in its log. Settings that contradict each other are refused the same way. An empty value is one that is not set. White space around a value does not count. A flag is \`1\`, \`t\`, \`T\`, \`TRUE\`, \`true\` or \`True\`, or one of their opposites. At its start the agent logs every variable that has no effect, and why: one that looks like a misspelt setting, one that another overrules, one of the stock plugin that Berth does not need.

All are read at the start; a change of the DaemonSet restarts the agents a few nodes at a time, and running pods do not notice. The warm targets can also be set for groups of nodes, without a restart: see [below](#settings-for-groups-of-nodes).

## Variables`;

const UNUSED = `## Variables of the stock plugin that have no effect

They may stay in the DaemonSet. A value that somebody could miss is told in the log.`;

function variables(): string {
  const rows = Object.entries<Variable>(VARIABLES).map(([name, variable]) => [
    `\`${name}\``,
    variable.meaning,
    usual(variable),
    values(variable),
    isOwnVariable(name)
      ? (variable.difference ?? "not in the stock plugin")
      : (variable.difference ?? ""),
  ]);
  return table(
    ["variable", "meaning", "default", "values", "difference from the stock plugin"],
    rows,
  );
}

function usual(variable: Variable): string {
  if (variable.kind === "tags") return "`{}`";
  if (variable.kind === "cidrs" || variable.default === undefined) return "";
  return `\`${String(variable.default)}\``;
}

function values(variable: Variable): string {
  switch (variable.kind) {
    case "integer":
      return `${variable.min} to ${variable.max}${variable.base === "prefix" ? ", also 0x…, 0o…, 0b…" : ""}`;
    case "flag":
      return "flag";
    case "word":
      return variable.choices.map((choice) => `\`${choice}\``).join(", ");
    case "text":
      return "text";
    case "cidrs":
      return "IPv4 blocks, separated by commas";
    case "tags":
      return "JSON object of texts";
  }
}

function unused(): string {
  const rows = Object.entries(UNUSED_VARIABLES).map(([name, each]) => [
    `\`${name}\``,
    each.meaning,
    `${each.why}${refusals(each)}`,
  ]);
  return table(["variable", "in the stock plugin", "no effect in Berth because"], rows);
}

function refusals({ refused = {} }: UnusedVariable): string {
  return Object.entries(refused)
    .map(([value, why]) => `; \`${value}\` is refused: ${why}`)
    .join("");
}

function groups(): string {
  const names = RULE_VARIABLES.map((name) => `\`${name}\``).join(", ");
  return `## Settings for groups of nodes

An m5.large and an m5.24xlarge need not share one number. The ConfigMap \`${RULES_CONFIG_MAP}\` in \`kube-system\` has a list of rules; on each node the first one whose selector matches the node's labels sets what it names (${names}), and the environment the rest. Selectors are those of Kubernetes (\`matchLabels\`, \`matchExpressions\`); \`{}\` matches every node.

\`\`\`yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${RULES_CONFIG_MAP}
  namespace: kube-system
data:
  rules: |
    - name: big
      selector:
        matchExpressions:
          - { key: node.kubernetes.io/instance-type, operator: In, values: [m5.12xlarge, m5.24xlarge] }
      set: { WARM_IP_TARGET: 20, MINIMUM_IP_TARGET: 100 }
    - name: batch
      selector: { matchLabels: { workload: batch } }
      set: { WARM_ENI_TARGET: 0, MINIMUM_IP_TARGET: 10, WARM_IP_TARGET: 2 }
\`\`\`

Changes of the ConfigMap and of the node's labels are followed at once, without a restart. Under the policy \`stock\` a change acts as the restart that it takes there: cooldowns are forgotten.

When a rule is malformed the whole ConfigMap is set aside: the settings from before stay in force, on an agent that starts meanwhile those of its environment; the agent logs rule and field, and each node gets the event \`InvalidNodeSettings\` (\`kubectl describe node\`). \`GET /v1/pool\` of an agent's introspection shows under \`nodeSettings\` which rule is in force and what is wrong with the ConfigMap, and under \`targets\` the numbers that it comes to.

The agent needs the Role \`aws-node\` of [deploy/agent](../deploy/agent/aws-node.yaml), which lets it read this one ConfigMap. Without it, it logs that once and the environment is in force.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
