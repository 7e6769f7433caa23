import type { PodStatus } from "./pod-status.ts";
import type { NodeStatus } from "./node-status.ts";

/** Everything `lab status` tells. */
export interface LabStatus {
  readonly name: string;
  /** The lab file. */
  readonly file: string;
  readonly state: "starting" | "running" | "stopping";
  /** `simulated`: the nodes are objects of the lab's process, without root and kernel. */
  readonly mode: "kernel" | "simulated";
  readonly pid: number;
  readonly region: string;
  readonly vpcId: string;
  readonly endpoints: LabEndpoints;
  /** The file with which kubectl speaks to the lab. */
  readonly kubeconfig: string;
  /** A directory with an `aws` that knows the lab, for AWS CLIs that have to be told. */
  readonly programs: string;
  /** Network namespaces beside those of the nodes, by role, as paths. */
  readonly namespaces: Readonly<Record<string, string>>;
  readonly nodes: readonly NodeStatus[];
  /** Every pod but those of kube-system. */
  readonly pods: readonly PodStatus[];
  readonly stateDir: string;
}

/** How far a lab is. */
export type LabState = Pick<LabStatus, "state" | "pid">;

/** Where the lab's services are. */
export interface LabEndpoints {
  /** The EC2 API, for the AWS CLI and SDKs on this machine. */
  readonly ec2: string;
  /** The Kubernetes API, for kubectl on this machine. */
  readonly kubernetes: string;
  /** From inside nodes and pods: the server outside the VPC. Undefined without nodes. */
  readonly internetServer: string | undefined;
  /** The address by which the outside sees what comes through the NAT gateway. */
  readonly natAddress: string | undefined;
}
