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
  /** Berth's own; the VPC CNI writes none. */
  status?: Partial<EniConfigStatus>;
}

/** What Berth's agents found out about an ENIConfig. */
export interface EniConfigStatus {
  /** The generation of the spec that this is about. */
  observedGeneration: number;
  /** Nodes that use it; of many only the first are named. */
  nodes: { count: number; names: string[] };
  /** The subnet as EC2 describes it; null if there is none. */
  subnet: {
    id: string;
    zone: string;
    cidr: string;
    addresses: number;
    freeAddresses: number;
  } | null;
  conditions: EniConfigCondition[];
}

/** One thing that is so or not: `Ready` is all others together. */
export interface EniConfigCondition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason: string;
  message: string;
  observedGeneration: number;
  lastTransitionTime: string;
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
