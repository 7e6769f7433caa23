import { nearest } from "../../base/index.ts";
import {
  HOST_NETWORK_PODS,
  instanceType,
  instanceTypes,
  RESERVED_PER_SUBNET,
} from "../../facts/index.ts";
import { cidrSize } from "../../net/index.ts";
import { problem, suggestion, unknownSubnet } from "./findings.ts";
import type { Path, Problem } from "./problem.ts";
import type { WrittenLab } from "./schema.ts";

/** What the lab's own namespaces are called, beside those of nodes. */
const NETNS_ROLE = /^(router|internet|nat(-\d+)?)$/;

/** What is wrong with the nodes, and with the room that subnets have for them. */
export function checkNodes({ nodes, subnets }: WrittenLab): Problem[] {
  const problems = nodes.flatMap((node, index) => {
    const path = ["nodes", index];
    const found: Problem[] = [];
    const role = nodeNames(node).find((name) => NETNS_ROLE.test(name));
    if (role !== undefined) {
      const reason = `No node can be called \`${role}\`: the lab has a network namespace of that name itself.`;
      found.push(problem([...path, "name"], reason, "Rename it."));
    }
    found.push(...checkType([...path, "instanceType"], node.instanceType));
    if (node.maxPods !== undefined && node.maxPods < HOST_NETWORK_PODS) {
      const reason = `\`maxPods\` ${node.maxPods} leaves no room for the ${HOST_NETWORK_PODS} pods on the host's network that every node has.`;
      found.push(problem([...path, "maxPods"], reason, `Give it at least ${HOST_NETWORK_PODS}.`));
    }
    if (!subnets.some(({ name }) => name === node.subnet)) {
      found.push(unknownSubnet({ path: [...path, "subnet"], name: node.subnet, subnets }));
    }
    return found;
  });
  return [...problems, ...checkRoom({ nodes, subnets }), ...repeatedNodes(nodes)];
}

function checkType(path: Path, name: string): Problem[] {
  if (instanceType(name) !== undefined) return [];
  const reason = `\`${name}\` is not an instance type of EC2.`;
  const names = nearest(
    name,
    instanceTypes().map(({ type }) => type),
  );
  const fix = names.length > 0 ? suggestion(name, names) : "Write one such as m5.large.";
  return [problem(path, reason, fix)];
}

/** Whether the instance types and subnets of the autoscaler exist. */
export function checkAutoscaler({ autoscaler, subnets }: WrittenLab): Problem[] {
  if (autoscaler === undefined) return [];
  const types = autoscaler.instanceTypes.flatMap((name, index) =>
    checkType(["autoscaler", "instanceTypes", index], name),
  );
  const known = new Set(subnets.map(({ name }) => name));
  const unknown = (autoscaler.subnets ?? []).flatMap((name, index) =>
    known.has(name)
      ? []
      : [unknownSubnet({ path: ["autoscaler", "subnets", index], name, subnets })],
  );
  return [...types, ...unknown];
}

/** Every node needs its own primary address before any pod gets one. */
function checkRoom({ nodes, subnets }: Pick<WrittenLab, "nodes" | "subnets">): Problem[] {
  return subnets.flatMap(({ name, cidr }, index) => {
    const count = nodes
      .filter((node) => node.subnet === name)
      .reduce((sum, node) => sum + (node.count ?? 1), 0);
    const free = cidrSize(cidr) - RESERVED_PER_SUBNET;
    if (count <= free) return [];
    const reason = `Subnet ${name} has ${free} usable addresses, and its ${count} nodes need one each.`;
    return [problem(["subnets", index, "cidr"], reason, "Take a larger block, or fewer nodes.")];
  });
}

/** The names of a group's nodes. */
export function nodeNames({ name, count }: { name: string; count?: number | undefined }): string[] {
  if (count === undefined) return [name];
  return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

function repeatedNodes(nodes: WrittenLab["nodes"]): Problem[] {
  const seen = new Set<string>();
  return nodes.flatMap((node, index) => {
    const names = nodeNames(node);
    const twice = names.find((name) => seen.has(name));
    for (const name of names) seen.add(name);
    if (twice === undefined) return [];
    return [problem(["nodes", index, "name"], `Node \`${twice}\` is there twice.`, "Rename one.")];
  });
}

/** Whether the nodes that workloads are pinned to exist. */
export function checkWorkloads({ workloads, nodes }: WrittenLab): Problem[] {
  const names = nodes.flatMap(nodeNames);
  return workloads.flatMap(({ node }, index) => {
    if (node === undefined || names.includes(node)) return [];
    const path = ["workloads", index, "node"];
    return [problem(path, `There is no node \`${node}\`.`, suggestion(node, names))];
  });
}
