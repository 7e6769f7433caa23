/** Where ENIs are made, and what becomes of those that nobody uses. */
export const SUBNET_VARIABLES = {
  ENABLE_SUBNET_DISCOVERY: {
    meaning:
      "make ENIs also in subnets of the node's zone with the tag kubernetes.io/role/cni, and keep pods out of those where it is 0",
    kind: "flag",
    default: true,
  },
  DISABLE_LEAKED_ENI_CLEANUP: {
    meaning:
      "leave ENIs that agents of this cluster have made, and that nothing uses, where they are",
    kind: "flag",
    default: false,
  },
} as const;
