/** What the agent shares with the VPC CNI's own programs, and where it can be asked. */
export const CONTRACT_VARIABLES = {
  AWS_VPC_K8S_CNI_BACKING_STORE: {
    meaning:
      "the VPC CNI's checkpoint: its pods are taken over from it, and it is kept up to date if its directory exists, for the way back",
    difference: "what counts is BERTH_CHECKPOINT_FILE; this one is for the way in and back",
    kind: "text",
    default: "/var/run/aws-node/ipam.json",
  },
  BERTH_STOCK_SOCKET: {
    meaning:
      "Unix socket that speaks the VPC CNI's gRPC (its own: /var/run/aws-node/ipamd.sock); without it there is none",
    kind: "text",
    default: undefined,
  },
  BERTH_STOCK_CLIENT_VERSION: {
    meaning: "the only version of the aws-cni plugin that is served there; without it any is",
    kind: "text",
    default: undefined,
  },
  DISABLE_METRICS: {
    meaning: "do not serve Prometheus metrics at :61678/metrics",
    kind: "flag",
    default: false,
  },
  BERTH_METRICS_BIND_ADDRESS: {
    meaning: "address:port that serves Prometheus metrics; without the address all of the node's",
    kind: "text",
    default: ":61678",
  },
  DISABLE_INTROSPECTION: {
    meaning: "do not serve introspection at INTROSPECTION_BIND_ADDRESS",
    kind: "flag",
    default: false,
  },
  INTROSPECTION_BIND_ADDRESS: {
    meaning: "address:port, or unix:path, that answers HTTP questions about the agent",
    kind: "text",
    default: "127.0.0.1:61679",
  },
} as const;
