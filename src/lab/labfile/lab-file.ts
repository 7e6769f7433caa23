import type { InstanceType } from "../../facts/index.ts";
import type { Cidr, Ipv4 } from "../../net/index.ts";

/** Everything a lab needs to know: checked, with defaults filled in. */
export interface LabFile {
  /** Part of every namespace's name; at most 20 characters. */
  readonly name: string;
  readonly region: string;
  readonly vpcCidrs: readonly Cidr[];
  readonly subnets: readonly LabSubnet[];
  /** The subnet of the NAT gateway, by name. */
  readonly natGateway: { readonly subnet: string } | undefined;
  /** A server outside the VPC, plain HTTP on port 80, that tells a caller the source address it sees. */
  readonly internetServer: Ipv4;
  /** Where Elastic IP addresses come from, the NAT gateway's first. */
  readonly publicAddresses: Cidr;
  readonly nodes: readonly LabNode[];
  readonly workloads: readonly LabWorkload[];
  readonly ec2: LabEc2;
}

/** A subnet. */
export interface LabSubnet {
  readonly name: string;
  readonly zone: string;
  readonly cidr: Cidr;
  /** Where traffic to the outside goes: through the NAT gateway, straight to the internet gateway, or nowhere. */
  readonly route: "nat" | "internet" | "none";
}

/** One node; `count` in the file is already expanded. */
export interface LabNode {
  readonly name: string;
  readonly instanceType: InstanceType;
  readonly subnet: string;
  /** What the kubelet would be told. The two pods on the host's network that every node has count. */
  readonly maxPods: number;
  /** Variables of the node's agent, such as WARM_IP_TARGET. */
  readonly env: Readonly<Record<string, string>>;
}

/** Equal pods, kept at a number. */
export interface LabWorkload {
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
  /** Undefined: spread over all nodes that have room. A name: on that node, its max pods notwithstanding. */
  readonly node: string | undefined;
}

/** How the EC2 API behaves. */
export interface LabEc2 {
  /** From the call AttachNetworkInterface to the ENI's appearance in the machine. */
  readonly attachMs: number;
  readonly detachMs: number;
  /** Time that a call takes: as in a region, or none. */
  readonly latency: "typical" | "none";
  /** Whether calls beyond EC2's published rates are refused. */
  readonly throttle: "published" | "off";
}
