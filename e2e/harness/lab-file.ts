/** A node of a test's lab. */
export interface NodeSpec {
  readonly name: string;
  readonly type: string;
  readonly subnet: string;
  readonly count?: number;
  readonly maxPods?: number;
}

/** A workload of a test's lab. */
export interface WorkloadSpec {
  readonly name: string;
  readonly node?: string;
  readonly replicas: number;
}

/** What differs between the tests' labs. */
export interface LabSpec {
  readonly name: string;
  /** Name to block, all with a route through the NAT gateway, zones a, b, c in turn. */
  readonly subnets: Readonly<Record<string, string>>;
  readonly nodes: readonly NodeSpec[];
  readonly workloads?: readonly WorkloadSpec[];
  /** The environment of the DaemonSet aws-node. */
  readonly agentEnv?: Readonly<Record<string, string | number>>;
  readonly attachSeconds?: number;
  /** Of pods' addresses; IPv4 by default. */
  readonly ipFamily?: "ipv4" | "ipv6";
  /** Blocks of the VPC beside 10.0.0.0/16. */
  readonly secondaryCidrs?: readonly string[];
}

/** The address by which the outside sees what comes through the NAT gateway. */
export const NAT_ADDRESS = "198.51.100.1";

/** The server outside the VPC. */
export const OUTSIDE_SERVER = "203.0.113.10";

/** A lab file: a VPC 10.0.0.0/16 with a NAT gateway, and what the test asks for. JSON is YAML. */
export function labFile({ attachSeconds = 0.5, ...spec }: LabSpec): string {
  const subnets = Object.entries(spec.subnets).map(([name, cidr], index) => ({
    name,
    zone: `us-east-1${"abc"[index % 3]}`,
    cidr,
    route: "nat",
  }));
  const outside = { name: "public", zone: "us-east-1a", cidr: "10.0.250.0/24", route: "internet" };
  return JSON.stringify(
    {
      name: spec.name,
      vpc: { cidrs: ["10.0.0.0/16", ...(spec.secondaryCidrs ?? [])] },
      subnets: [...subnets, outside],
      natGateway: { subnet: "public" },
      internet: { server: OUTSIDE_SERVER, publicAddresses: "198.51.100.0/24" },
      nodes: spec.nodes.map(({ type, ...node }) => ({ ...node, instanceType: type })),
      agent: { env: spec.agentEnv ?? {} },
      kubernetes: { ipFamily: spec.ipFamily ?? "ipv4" },
      workloads: spec.workloads ?? [],
      ec2: { attachSeconds, detachSeconds: 0.5 },
    },
    null,
    1,
  );
}
