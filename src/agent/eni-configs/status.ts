import { timeText } from "../../time/index.ts";
import { cidrSize, formatCidr } from "../../net/index.ts";
import { RESERVED_PER_SUBNET } from "../../facts/index.ts";
import type { VpcId } from "../../facts/index.ts";
import type { EniConfigCondition, EniConfigStatus } from "../../kube-client/index.ts";
import type { Ec2Subnet } from "../ec2.ts";
import type { NamedEniConfig, NamedNode } from "../cluster.ts";
import { findProblems, zoneProblem } from "./problem.ts";
import type { EniConfigFacts } from "./problem.ts";

/** So many nodes are named; of more there is only the number. */
const NAMES_MAX = 20;

/** A node that uses an ENIConfig. */
export type MatchingNode = Pick<NamedNode, "name" | "labels">;

/** What a status is made of. */
export interface StatusParts extends EniConfigFacts {
  readonly config: NamedEniConfig;
  readonly nodes: readonly MatchingNode[];
  readonly vpc: VpcId;
  readonly nowMs: number;
}

const ZONE_LABELS = ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"];

/** The status of an ENIConfig: who uses it, and whether ENIs can be made as it says. */
export function statusOf(parts: StatusParts): EniConfigStatus {
  const { config, nodes, nowMs } = parts;
  const { generation, found } = config;
  const subnet = found.ok ? parts.subnets.find(({ id }) => id === found.value.subnet) : undefined;
  const said = conditionsOf(parts, subnet);
  const names = nodes.map(({ name }) => name).toSorted();
  return {
    observedGeneration: generation,
    nodes: { count: names.length, names: names.slice(0, NAMES_MAX) },
    subnet: subnet === undefined ? null : subnetOf(subnet),
    conditions: said.map((condition) => dated(condition, config, nowMs)),
  };
}

type Said = Pick<EniConfigCondition, "type" | "status" | "reason" | "message">;

function conditionsOf(parts: StatusParts, subnet: Ec2Subnet | undefined): Said[] {
  const { config, vpc, subnets, groups } = parts;
  const { found } = config;
  if (!found.ok) return [condition("Ready", "False", ["Invalid", `${found.error.text}.`])];
  const problems = findProblems(found.value, { subnets, groups, vpc });
  const ofSubnet = problems.find(({ about }) => about === "subnet");
  const ofGroups = problems.find(({ about }) => about === "securityGroups");
  const { securityGroups } = found.value;
  const all = [
    ofSubnet === undefined
      ? condition("SubnetFound", "True", ["SubnetFound", `${found.value.subnet} is in ${vpc}.`])
      : condition("SubnetFound", "False", [ofSubnet.reason, `${ofSubnet.text}.`]),
    ofGroups === undefined
      ? condition("SecurityGroupsFound", "True", groupsWords(securityGroups))
      : condition("SecurityGroupsFound", "False", [ofGroups.reason, `${ofGroups.text}.`]),
    ...(subnet === undefined ? [] : [zoneCondition(subnet, parts.nodes), roomCondition(subnet)]),
  ];
  const wrong = all.find(({ status }) => status === "False");
  const ready =
    wrong === undefined
      ? condition("Ready", "True", ["Usable", "ENIs can be made as it says."])
      : condition("Ready", "False", [wrong.reason, wrong.message]);
  return [ready, ...all];
}

function groupsWords(ids: readonly string[]): [string, string] {
  return ids.length === 0
    ? ["NodesOwn", "ENIs get the security groups of their node."]
    : ["SecurityGroupsFound", `${ids.join(", ")} can be used.`];
}

function zoneCondition(subnet: Ec2Subnet, nodes: readonly MatchingNode[]): Said {
  const type = "InZoneOfNodes";
  if (nodes.length === 0) return condition(type, "Unknown", ["NoNodes", "No node uses it."]);
  const wrong = nodes.flatMap(({ name, labels }) => {
    const zone = ZONE_LABELS.map((key) => labels[key]).find((each) => each !== undefined);
    const text =
      zone === undefined ? undefined : zoneProblem(subnet, { who: `node ${name} is`, zone });
    return text === undefined ? [] : [text];
  });
  const [first] = wrong;
  if (first === undefined)
    return condition(type, "True", [
      "InZoneOfNodes",
      `${subnet.id} and its nodes are in ${subnet.zone}.`,
    ]);
  const more =
    wrong.length === 1 ? "" : `; ${wrong.length} of its ${nodes.length} nodes are in other zones`;
  return condition(type, "False", ["SubnetInOtherZone", `${first}${more}.`]);
}

function roomCondition({ id, freeAddresses }: Ec2Subnet): Said {
  return freeAddresses > 0
    ? condition("HasAddresses", "True", ["HasAddresses", `${id} has free addresses.`])
    : condition("HasAddresses", "False", ["SubnetFull", `${id} has no free address.`]);
}

function condition(
  type: string,
  status: EniConfigCondition["status"],
  [reason, message]: readonly [string, string],
): Said {
  return { type, status, reason, message: message.charAt(0).toUpperCase() + message.slice(1) };
}

function subnetOf({ id, zone, cidr, freeAddresses }: Ec2Subnet): EniConfigStatus["subnet"] {
  const addresses = cidrSize(cidr) - RESERVED_PER_SUBNET;
  return { id, zone, cidr: formatCidr(cidr), addresses, freeAddresses };
}

/** The time of a condition is when it became what it is. */
function dated(
  said: Said,
  { generation, status }: NamedEniConfig,
  nowMs: number,
): EniConfigCondition {
  const before = status?.conditions.find(({ type }) => type === said.type);
  const lastTransitionTime =
    before?.status === said.status ? before.lastTransitionTime : timeText(nowMs);
  return { ...said, observedGeneration: generation, lastTransitionTime };
}

/** A change of the number of free addresses alone is worth a write when it is this share of the subnet. */
const NOTABLE_SHARE = 0.05;

/** Whether a status says something that the one before did not: each write goes to every agent. */
export function isNews(status: EniConfigStatus, before: EniConfigStatus | undefined): boolean {
  if (before === undefined) return true;
  if (withoutCount(status) !== withoutCount(before)) return true;
  const free = [status, before].map(({ subnet }) => subnet?.freeAddresses ?? 0);
  const change = Math.abs((free[0] ?? 0) - (free[1] ?? 0));
  return change >= Math.max(1, (status.subnet?.addresses ?? 0) * NOTABLE_SHARE);
}

function withoutCount({ subnet, ...status }: EniConfigStatus): string {
  const { observedGeneration, nodes, conditions } = status;
  const place = subnet === null ? null : [subnet.id, subnet.zone, subnet.cidr];
  const said = conditions.map(({ type, status: is, reason, message, observedGeneration: of }) => [
    type,
    is,
    reason,
    message,
    of,
  ]);
  return JSON.stringify([observedGeneration, nodes.count, nodes.names, place, said]);
}
