import type { LabelSelector, ObjectMeta } from "kubernetes-types/meta/v1";

/** Where and with which security groups the pod ENIs of a node are made; of the Amazon VPC CNI plugin's custom networking. */
export interface ENIConfig {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
  spec?: {
    /** Id of a subnet in the node's Availability Zone. */
    subnet: string;
    /** Empty or left out: those of the node's primary ENI. */
    securityGroups?: string[];
  };
}

/** What the agent and the VPC resource controller tell each other about one node. */
export interface CNINode {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
  spec?: {
    features?: { name?: string; value?: string }[];
    tags?: Record<string, string>;
  };
}

/** Which pods get which security groups, through branch ENIs. */
export interface SecurityGroupPolicy {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
  spec?: {
    podSelector?: LabelSelector;
    serviceAccountSelector?: LabelSelector;
    securityGroups?: { groupIds?: string[] };
  };
}
