import { readFileSync } from "node:fs";
import { BerthError, invariant } from "../../base/index.ts";
import { instanceType, maxPods } from "../../facts/index.ts";
import { checkLab } from "./checks.ts";
import { nodeNames } from "./node-checks.ts";
import { problemsOf } from "./issues.ts";
import type { LabAutoscaler, LabFile, LabNode } from "./lab-file.ts";
import { parseYaml } from "./positions.ts";
import { labFileError } from "./problem.ts";
import { labFileSchema, type WrittenLab } from "./schema.ts";

/** Reads and checks a lab file. Throws a BerthError of code `labFile` that lists all problems, each with its line. */
export function readLabFile(path: string): LabFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new BerthError("labFile", `Cannot read the lab file ${path}: ${String(cause)}`, {
      fix: "Give the path of a lab file with `--file`, such as examples/labs/first.yaml.",
      cause,
    });
  }
  return parseLabFile(path, text);
}

/** Checks the text of a lab file; `file` is its name in messages. Throws as {@link readLabFile} does. */
export function parseLabFile(file: string, text: string): LabFile {
  const yaml = parseYaml(text);
  if (yaml.problems.length > 0) throw labFileError(file, yaml.problems);
  const parsed = labFileSchema.safeParse(yaml.value);
  const problems = parsed.success
    ? checkLab(parsed.data)
    : problemsOf(parsed.error.issues, yaml.value);
  if (problems.length > 0 || !parsed.success) {
    throw labFileError(
      file,
      problems.map((each) => yaml.place(each)),
    );
  }
  return completed(parsed.data);
}

function completed(lab: WrittenLab): LabFile {
  const { name, region, vpc, subnets, natGateway, internet, ec2 } = lab;
  return {
    name,
    region,
    vpcCidrs: vpc.cidrs,
    subnets,
    natGateway,
    internetServer: internet.server,
    publicAddresses: internet.publicAddresses,
    nodes: lab.nodes.flatMap(nodesOf),
    workloads: lab.workloads.map((workload) => ({ ...workload, node: workload.node })),
    agentEnv: { ...FAMILY_ENV[lab.kubernetes.ipFamily], ...lab.agent.env },
    autoscaler: autoscalerOf(lab),
    images: lab.images,
    manifests: lab.manifests,
    kubernetes: lab.kubernetes,
    ec2: {
      attachMs: ec2.attachSeconds * 1000,
      detachMs: ec2.detachSeconds * 1000,
      latency: ec2.latency,
      throttle: ec2.throttle,
    },
  };
}

/** What the agent of a cluster needs to know of its address family. */
const FAMILY_ENV = {
  ipv4: {},
  ipv6: { ENABLE_IPv4: "false", ENABLE_IPv6: "true", ENABLE_PREFIX_DELEGATION: "true" },
} as const;

function autoscalerOf({ autoscaler, subnets }: WrittenLab): LabAutoscaler | undefined {
  if (autoscaler === undefined) return undefined;
  const { consolidateAfterSeconds } = autoscaler;
  // Nodes of EKS are in private subnets; the public ones are for load balancers and NAT gateways.
  const usual = subnets.filter(({ route }) => route !== "internet").map(({ name }) => name);
  return {
    instanceTypes: autoscaler.instanceTypes.flatMap((name) => instanceType(name) ?? []),
    subnets: autoscaler.subnets ?? usual,
    maxNodes: autoscaler.maxNodes,
    consolidateAfterMs:
      consolidateAfterSeconds === undefined ? undefined : consolidateAfterSeconds * 1000,
  };
}

function nodesOf(node: WrittenLab["nodes"][number]): LabNode[] {
  const type = instanceType(node.instanceType);
  invariant(type !== undefined, "checked before");
  const mode = { prefixDelegation: false, customNetworking: false, podEni: false };
  return nodeNames(node).map((name) => ({
    name,
    instanceType: type,
    subnet: node.subnet,
    maxPods: node.maxPods ?? maxPods(type, mode).recommended,
  }));
}
