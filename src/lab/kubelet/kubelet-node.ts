import type { Taint } from "kubernetes-types/core/v1";

/** The machine that a kubelet makes a Node of. What has a default may be left out. */
export interface KubeletNode {
  /** The instance's private DNS name, such as `ip-10-0-1-10.ec2.internal`: the Node's name on EKS. */
  readonly name: string;
  readonly instanceId: string;
  readonly instanceType: string;
  /** `us-east-1a`. */
  readonly zone: string;
  readonly region: string;
  /** The primary private IPv4 address of the instance. */
  readonly address: string;
  /** The most pods that the kubelet admits; it is both capacity and allocatable. */
  readonly maxPods: number;
  readonly vcpus: number;
  /** Of the instance type; the kernel and the reservations take their part from it. */
  readonly memoryMiB: number;
  /** In Go's words: `amd64`, `arm64`. */
  readonly architecture: "amd64" | "arm64";
  /** Further labels, such as `eks.amazonaws.com/nodegroup`. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Taints from its registration on, beside `node.kubernetes.io/not-ready`. */
  readonly taints?: readonly Taint[] | undefined;
  /** What `uname -r` says on it. */
  readonly kernelVersion?: string | undefined;
  /** The size of the disk for images, logs and `emptyDir`, in GiB; 20 by default, as on EKS. */
  readonly diskGiB?: number | undefined;
}
