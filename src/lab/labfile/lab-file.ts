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
  /** The environment of the DaemonSet aws-node, beside what the lab needs itself. */
  readonly agentEnv: Readonly<Record<string, string>>;
  readonly autoscaler: LabAutoscaler | undefined;
  /** OCI archives that every node begins with. Relative paths count from the lab file. */
  readonly images: readonly string[];
  /** Files of Kubernetes objects, applied when the lab starts. Relative paths count from the lab file. */
  readonly manifests: readonly string[];
  readonly kubernetes: LabKubernetes;
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
}

/** What adds nodes when pods find no place, as Karpenter does. */
export interface LabAutoscaler {
  readonly instanceTypes: readonly InstanceType[];
  /** By name. */
  readonly subnets: readonly string[];
  /** With the nodes that it has not added. */
  readonly maxNodes: number;
  /** How long a node has to be empty, or nearly so, before it goes; undefined: nodes stay. */
  readonly consolidateAfterMs: number | undefined;
}

/** Who does what in the cluster. `auto` is the lab, unless the cluster of `--kubeconfig` has a Lease that says it does. */
export interface LabKubernetes {
  /** Of pods' addresses. With `ipv6` the VPC and its subnets have IPv6 blocks, and the agent is set up for it. */
  readonly ipFamily: "ipv4" | "ipv6";
  readonly scheduler: "auto" | "lab" | "cluster";
  readonly controllers: "auto" | "lab" | "cluster";
  /** Deletes the Nodes of instances that are gone. One of another cloud would delete the lab's, as it does not know them. */
  readonly cloudController: "auto" | "lab" | "cluster";
}

/** A Deployment of the lab's own image. */
export interface LabWorkload {
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
  /** Undefined: wherever the scheduler finds room. A name: only on that node. */
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
