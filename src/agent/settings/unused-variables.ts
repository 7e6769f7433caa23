import type { UnusedVariable } from "./unused-variable.ts";

const FALSE = ["0", "f", "false"];

const NO_PLUGIN_LOG = {
  why: "the CNI plugin only asks the agent, whose log has every ADD and DEL (AWS_VPC_K8S_CNI_LOG_FILE, AWS_VPC_K8S_CNI_LOGLEVEL)",
} as const;

const OF_THE_HELPER = {
  why: "cni-metrics-helper reads it, not the agent",
} as const;

/**
 * What the DaemonSet of the VPC CNI may set and Berth's agent has no use for. A value that asks for what Berth does not
 * do is told in the log, once, at the start; one that nobody could do without is refused.
 */
export const UNUSED_VARIABLES: Readonly<Record<string, UnusedVariable>> = {
  AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER: {
    meaning: "used to switch the writing of rp_filter",
    why: "VPC CNI v1.23 does not read it either; net.ipv4.conf.<primary>.rp_filter is 2 in any case",
  },
  ENABLE_NFTABLES: {
    meaning: "used to choose between iptables and nftables",
    why: "VPC CNI v1.23 does not read it either, and Berth always writes nftables",
    quiet: ["1", "t", "true"],
  },
  VPC_CNI_VERSION: {
    meaning: "version for the user agent of requests to AWS",
    why: "Berth's requests carry its own name",
    quiet: "any",
  },
  AWS_EC2_ENDPOINT: {
    meaning: "meant to redirect calls to EC2",
    why: "it does not reach the EC2 client of VPC CNI v1.23 either; AWS_ENDPOINT_URL_EC2 does",
  },
  POD_SECURITY_GROUP_ENFORCING_MODE: {
    meaning: "whether pods with branch ENIs are reached through them alone",
    why: "its agent asks for a trunk ENI and wires no branch ENIs yet",
    values: ["strict", "standard"],
  },
  NETWORK_POLICY_ENFORCING_MODE: {
    meaning: "what a new pod may do before the network policy agent knows its policies",
    why: "it has no network policy agent, as the VPC CNI without `enable-network-policy`",
    values: ["none", "standard", "strict"],
    quiet: ["none", "standard"],
    refused: {
      strict:
        "Berth has no network policy agent, so pods would not be cut off until their policies are known",
    },
  },
  AWS_VPC_K8S_PLUGIN_LOG_FILE: { meaning: "log of the CNI plugin", ...NO_PLUGIN_LOG },
  AWS_VPC_K8S_PLUGIN_LOG_LEVEL: {
    meaning: "least severity in the log of the CNI plugin",
    ...NO_PLUGIN_LOG,
  },
  AWS_VPC_K8S_EGRESS_V4_PLUGIN_LOG_FILE: {
    meaning: "log of the IPv4 egress plugin",
    ...NO_PLUGIN_LOG,
  },
  AWS_VPC_K8S_EGRESS_V6_PLUGIN_LOG_FILE: {
    meaning: "log of the IPv6 egress plugin",
    ...NO_PLUGIN_LOG,
  },
  USE_CLOUDWATCH: { meaning: "send metrics to CloudWatch", ...OF_THE_HELPER, quiet: FALSE },
  USE_PROMETHEUS: { meaning: "serve collected metrics", ...OF_THE_HELPER, quiet: FALSE },
  METRIC_UPDATE_INTERVAL: { meaning: "seconds between two collections", ...OF_THE_HELPER },
  AWS_REGION: {
    meaning: "Region of the metrics; set by the webhook for IAM roles of service accounts",
    why: "the agent's Region is its instance's",
    quiet: "any",
  },
  AWS_CLUSTER_ID: { meaning: "cluster's name in CloudWatch", ...OF_THE_HELPER },
};
