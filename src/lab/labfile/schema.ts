import { z } from "zod";
import {
  parseCidr,
  parseCidrLoose,
  parseIpv4,
  formatCidr,
  type Cidr,
  type Ipv4,
} from "../../net/index.ts";

// Names become host names and parts of namespace names (RFC 1123 labels).
const label = (max: number): z.ZodString =>
  z
    .string()
    .max(max)
    .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/, {
      error: "a name has lower-case letters, digits and dashes, and begins with a letter",
    });

const cidr: z.ZodType<Cidr> = z.string().transform((text, context) => {
  const parsed = parseCidr(text);
  if (parsed !== undefined) return parsed;
  const loose = parseCidrLoose(text);
  context.addIssue(
    loose === undefined
      ? `\`${text}\` is not a block of IPv4 addresses such as 10.0.0.0/16`
      : `\`${text}\` has bits set after its prefix; the block is ${formatCidr(loose)}`,
  );
  return z.NEVER;
});

const ipv4: z.ZodType<Ipv4> = z.string().transform((text, context) => {
  const parsed = parseIpv4(text);
  if (parsed !== undefined) return parsed;
  context.addIssue(`\`${text}\` is not an IPv4 address such as 203.0.113.10`);
  return z.NEVER;
});

/** How many nodes a lab file may have; simulated ones, that is: real ones need a machine of their own size. */
const NODES_MAX = 1000;

/** As many pods as 1000 nodes of the usual size can have. */
const PODS_MAX = 30_000;

const variable = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const subnet = z.strictObject({
  name: label(40),
  zone: z.string(),
  cidr,
  route: z.enum(["nat", "internet", "none"]).default("none"),
});

const node = z.strictObject({
  name: label(20),
  instanceType: z.string(),
  subnet: z.string(),
  count: z.int().min(1).max(NODES_MAX).optional(),
  maxPods: z.int().min(1).max(1000).optional(),
});

const agent = z.strictObject({
  env: z.record(z.string().regex(/^[A-Z_][A-Za-z0-9_]*$/), variable).default({}),
});

const autoscaler = z.strictObject({
  instanceTypes: z.array(z.string()).min(1).max(50),
  subnets: z.array(z.string()).min(1).max(200).optional(),
  maxNodes: z.int().min(1).max(NODES_MAX).default(20),
  consolidateAfterSeconds: z.number().min(0).max(86_400).optional(),
});

const whose = z.enum(["auto", "lab", "cluster"]).default("auto");

const kubernetes = z.strictObject({
  ipFamily: z.enum(["ipv4", "ipv6"]).default("ipv4"),
  scheduler: whose,
  controllers: whose,
  cloudController: whose,
});

const workload = z.strictObject({
  name: label(40),
  namespace: label(40).default("default"),
  replicas: z.int().min(0).max(PODS_MAX).default(1),
  node: z.string().optional(),
});

const ec2 = z.strictObject({
  attachSeconds: z.number().min(0).max(600).default(1.5),
  detachSeconds: z.number().min(0).max(600).default(3),
  latency: z.enum(["typical", "none"]).default("none"),
  throttle: z.enum(["published", "off"]).default("published"),
});

const labFile = z.strictObject({
  name: label(20),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, { error: "a region is written like us-east-1" })
    .default("us-east-1"),
  vpc: z.strictObject({ cidrs: z.array(cidr).min(1).max(5) }),
  subnets: z.array(subnet).min(1).max(200),
  natGateway: z.strictObject({ subnet: z.string() }).optional(),
  internet: z
    .strictObject({
      server: ipv4.prefault("203.0.113.10"),
      publicAddresses: cidr.prefault("198.51.100.0/24"),
    })
    .prefault({}),
  nodes: z.array(node).max(NODES_MAX).default([]),
  agent: agent.prefault({}),
  autoscaler: autoscaler.optional(),
  images: z.array(z.string().min(1)).max(50).default([]),
  manifests: z.array(z.string().min(1)).max(50).default([]),
  kubernetes: kubernetes.prefault({}),
  workloads: z.array(workload).max(100).default([]),
  ec2: ec2.prefault({}),
});

/** A lab file whose form is right. What its parts say about each other is not checked yet. */
export interface WrittenLab {
  name: string;
  region: string;
  vpc: { cidrs: Cidr[] };
  subnets: { name: string; zone: string; cidr: Cidr; route: "nat" | "internet" | "none" }[];
  natGateway?: { subnet: string } | undefined;
  internet: { server: Ipv4; publicAddresses: Cidr };
  nodes: WrittenNode[];
  agent: { env: Record<string, string> };
  autoscaler?: WrittenAutoscaler | undefined;
  images: string[];
  manifests: string[];
  kubernetes: {
    ipFamily: "ipv4" | "ipv6";
    scheduler: Whose;
    controllers: Whose;
    cloudController: Whose;
  };
  workloads: WrittenWorkload[];
  ec2: {
    attachSeconds: number;
    detachSeconds: number;
    latency: "typical" | "none";
    throttle: "published" | "off";
  };
}

/** Who does a job in the cluster: the lab, what the cluster has itself, or whichever is found there. */
export type Whose = "auto" | "lab" | "cluster";

/** What adds nodes. */
export interface WrittenAutoscaler {
  instanceTypes: string[];
  /** Undefined: all that have a route to the outside other than straight to the internet. */
  subnets?: string[] | undefined;
  maxNodes: number;
  consolidateAfterSeconds?: number | undefined;
}

/** A node, or a group of equal ones. */
export interface WrittenNode {
  name: string;
  instanceType: string;
  subnet: string;
  count?: number | undefined;
  maxPods?: number | undefined;
}

/** A workload. */
export interface WrittenWorkload {
  name: string;
  namespace: string;
  replicas: number;
  node?: string | undefined;
}

/** Reads a value in the form of a lab file. */
export const labFileSchema: z.ZodType<WrittenLab> = labFile;

/** Every key that a lab file may have, for suggestions. */
export const KNOWN_KEYS: readonly string[] = [
  ...new Set(
    [
      labFile,
      labFile.shape.vpc,
      subnet,
      node,
      workload,
      ec2,
      agent,
      autoscaler,
      kubernetes,
    ].flatMap((each) => Object.keys(each.shape)),
  ),
  "publicAddresses",
  "server",
];
