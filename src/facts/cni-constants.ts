import type { InstanceId } from "./ids.ts";

/** What the descriptions of all ENIs begin with that a node agent made; the leak sweep looks for it. */
export const ENI_DESCRIPTION_PREFIX = "aws-K8S-";

/** The description of an ENI that the agent of this instance makes. */
export function eniDescription(instanceId: InstanceId): string {
  return `${ENI_DESCRIPTION_PREFIX}${instanceId}`;
}

/**
 * Tag keys on ENIs and subnets that the Amazon VPC CNI plugin (v1.23) writes or reads.
 * Berth keeps them, so that both find their way about each other's ENIs.
 */
export const TAG_KEYS = {
  /** On an ENI: the instance it was made for, or adopted by. */
  instanceId: "node.k8s.amazonaws.com/instance_id",
  /** On an ENI: when the agent made it, RFC 3339. The leak sweep spares young ones. */
  createdAt: "node.k8s.amazonaws.com/createdAt",
  /** On an ENI: `true` means that agents leave it alone. */
  noManage: "node.k8s.amazonaws.com/no_manage",
  /** On an ENI: the cluster's name, when it is known. */
  clusterName: "cluster.k8s.amazonaws.com/name",
  /** On an ENI: the program that made it, {@link ENI_OWNER} for node agents. Written with the cluster's name. */
  eniOwner: "eks:eni:owner",
  /** On a subnet: `1` offers it to pods, `0` keeps them out. */
  subnetRole: "kubernetes.io/role/cni",
} as const;

/** The value of the tag {@link TAG_KEYS.eniOwner} on ENIs made by node agents. */
export const ENI_OWNER = "amazon-vpc-cni";

/** Additional tags whose key contains this are refused by the agent: the namespace is its own. */
export const RESERVED_TAG_KEY_PART = "k8s.amazonaws.com";
