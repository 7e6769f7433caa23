import { BerthError, nearest } from "../../base/index.ts";
import { type InstanceType, instanceType, instanceTypes, maxPods } from "../../facts/index.ts";
import { renderJson, renderMaxPods } from "../../report/index.ts";
import type { Command } from "../command.ts";

/** `berth max-pods`: how many pods a node of each type runs, and which number decides it. */
export const maxPodsCommand: Command = {
  name: "max-pods",
  summary: "How many pods a node of an instance type can run, and what limits it",
  about:
    "Shows for each instance type the addresses it has for pods, the pods those carry, the number that EKS recommends for the kubelet, what the kubelet is told by default, and which limit binds. Needs neither an AWS account nor a network.",
  arguments: [
    {
      name: "type",
      summary: "EC2 instance types, for example m5.large",
      presence: "many",
    },
  ],
  options: [
    {
      kind: "flag",
      name: "prefix-delegation",
      summary: "ENABLE_PREFIX_DELEGATION=true: a slot holds a /28 of 16 addresses",
    },
    {
      kind: "flag",
      name: "custom-networking",
      summary: "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG=true: the primary ENI serves no pods",
    },
    {
      kind: "flag",
      name: "pod-eni",
      summary: "ENABLE_POD_ENI=true: a trunk takes the place of one ENI",
    },
    {
      kind: "word",
      name: "output",
      value: "format",
      summary: "how to print the answer",
      choices: ["text", "json"],
      default: "text",
    },
  ],
  examples: [
    { comment: "Two types in secondary-IP mode", line: "berth max-pods m5.large m5.4xlarge" },
    {
      comment: "Prefixes, and pods in a secondary CIDR",
      line: "berth max-pods m5.large --prefix-delegation --custom-networking",
    },
    {
      comment: "The number to put into maxPods",
      line: "berth max-pods m5.large --output json | jq '.[0].recommended'",
    },
  ],
  exitCodes: [],
  async run(given, { printer }) {
    const types = given.argumentList("type").map(knownType);
    const mode = {
      prefixDelegation: given.flag("prefix-delegation"),
      customNetworking: given.flag("custom-networking"),
      podEni: given.flag("pod-eni"),
    };
    const results = types.map((type) => maxPods(type, mode));
    printer.result(
      given.word("output") === "json" ? renderJson(results) : renderMaxPods(mode, results),
    );
    return 0;
  },
};

function knownType(name: string): InstanceType {
  const type = instanceType(name);
  if (type !== undefined) return type;
  const suggestions = nearest(
    name,
    instanceTypes().map((known) => known.type),
  );
  throw new BerthError("unknownInstanceType", `There is no instance type "${name}" in the table.`, {
    fix:
      suggestions.length > 0
        ? `Did you mean ${suggestions.join(" or ")}?`
        : "Give the name as EC2 has it, family and size with a dot between: m5.large.",
    facts: { type: name, suggestions },
  });
}
