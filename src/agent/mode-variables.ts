/** Which address families, network cards and EC2 operations the agent uses. */
export const MODE_VARIABLES = {
  DISABLE_NETWORK_RESOURCE_PROVISIONING: {
    meaning: "change nothing in EC2: serve what is attached, and what others attach",
    kind: "flag",
    default: false,
  },
  ENABLE_IMDS_ONLY_MODE: {
    meaning:
      "like DISABLE_NETWORK_RESOURCE_PROVISIONING, and ask EC2 for nothing that instance metadata knows",
    kind: "flag",
    default: false,
  },
  ENABLE_IPv4: {
    meaning: "give pods IPv4 addresses",
    difference: "the stock code has false, and its DaemonSet sets true",
    kind: "flag",
    default: true,
  },
  ENABLE_IPv6: {
    meaning: "give pods IPv6 addresses of a /80 prefix; with ENABLE_IPv4=false, for IPv6 clusters",
    kind: "flag",
    default: false,
  },
  ENABLE_V4_EGRESS: {
    meaning: "let pods of an IPv6 cluster reach IPv4 addresses, translated to the node's",
    kind: "flag",
    default: true,
  },
  ENABLE_V6_EGRESS: {
    meaning: "let pods of an IPv4 cluster reach IPv6 addresses; not supported yet",
    kind: "flag",
    default: false,
  },
  ENABLE_MULTI_NIC: {
    meaning: "serve pods from every network card of the instance; not supported yet",
    kind: "flag",
    default: false,
  },
} as const;
