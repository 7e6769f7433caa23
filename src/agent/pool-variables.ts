/** How many ENIs and addresses the agent keeps, where it makes ENIs and how it tags them. */
export const POOL_VARIABLES = {
  BERTH_POLICY: {
    meaning: "whose rules size the pool: berth, or stock for those of Amazon's VPC CNI v1.23",
    kind: "word",
    choices: ["berth", "stock"],
    default: "berth",
  },
  WARM_ENI_TARGET: {
    meaning: "whole ENIs to keep free; ignored when an IP target is set",
    kind: "integer",
    min: 0,
    max: 10_000,
    default: 1,
  },
  WARM_IP_TARGET: {
    meaning: "free addresses to keep; 0 is not set",
    kind: "integer",
    min: 0,
    max: 10_000,
    default: 0,
  },
  MINIMUM_IP_TARGET: {
    meaning: "addresses to hold at least, free or not; 0 is not set",
    kind: "integer",
    min: 0,
    max: 10_000,
    default: 0,
  },
  WARM_PREFIX_TARGET: {
    meaning: "free /28 prefixes to keep, with prefix delegation",
    difference: "the stock code has 0, and its DaemonSet sets 1",
    kind: "integer",
    min: 0,
    max: 10_000,
    default: 1,
  },
  ENABLE_PREFIX_DELEGATION: {
    meaning: "allocate /28 prefixes instead of single addresses (Nitro instances)",
    kind: "flag",
    default: false,
  },
  BERTH_PREFIX_FALLBACK: {
    meaning:
      "take single addresses while EC2 has no /28 prefix, until it has one again (policy berth, with prefix delegation)",
    kind: "flag",
    default: true,
  },
  MAX_ENI: {
    meaning: "most ENIs to have, if lower than the instance type's limit",
    kind: "integer",
    min: 1,
    max: 10_000,
    default: undefined,
  },
  MAX_PODS: {
    meaning:
      "max pods while the node's object in Kubernetes does not say; without it ENIs x (addresses - 1) + 2",
    kind: "integer",
    min: 1,
    max: 10_000,
    default: undefined,
  },
  IP_COOLDOWN_PERIOD: {
    meaning: "seconds for which a freed address rests",
    kind: "integer",
    min: 0,
    max: 86_400,
    default: 30,
  },
  MANAGE_UNTAGGED_ENI: {
    meaning: "use ENIs without the tag node.k8s.amazonaws.com/instance_id too",
    kind: "flag",
    default: true,
  },
  AWS_MANAGE_ENIS_NON_SCHEDULABLE: {
    meaning: "let ENIs and addresses come and go on cordoned nodes too",
    kind: "flag",
    default: false,
  },
  AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: {
    meaning: "make ENIs in the subnet, and with the security groups, of the node's ENIConfig",
    kind: "flag",
    default: false,
  },
  ENI_CONFIG_ANNOTATION_DEF: {
    meaning: "annotation of the node that names its ENIConfig",
    kind: "text",
    default: "k8s.amazonaws.com/eniConfig",
  },
  ENI_CONFIG_LABEL_DEF: {
    meaning: "label of the node that names its ENIConfig, if the annotation does not",
    kind: "text",
    default: "k8s.amazonaws.com/eniConfig",
  },
  ENABLE_POD_ENI: {
    meaning: "ask the VPC resource controller for a trunk ENI, for security groups of pods",
    kind: "flag",
    default: false,
  },
  ANNOTATE_POD_IP: {
    meaning: "write each pod's address into its annotation vpc.amazonaws.com/pod-ips",
    kind: "flag",
    default: false,
  },
  CLUSTER_NAME: {
    meaning: "the cluster's name, for tags on ENIs",
    kind: "text",
    default: undefined,
  },
  ADDITIONAL_ENI_TAGS: { meaning: "JSON object of more tags for new ENIs", kind: "tags" },
} as const;
