import { CLUSTER_VARIABLES } from "./cluster-variables.ts";
import { CONTRACT_VARIABLES } from "./contract-variables.ts";
import { MODE_VARIABLES } from "./mode-variables.ts";
import { NETWORK_VARIABLES } from "./network-variables.ts";
import { POOL_VARIABLES } from "./pool-variables.ts";
import { PROCESS_VARIABLES } from "./process-variables.ts";
import { SUBNET_VARIABLES } from "./subnets/subnet-variables.ts";

/**
 * Every variable that the agent reads. Those that Amazon's VPC CNI knows have its names and defaults, so that a
 * DaemonSet's settings can be taken over; what differs is each one's `difference`.
 */
export const VARIABLES: typeof POOL_VARIABLES &
  typeof CLUSTER_VARIABLES &
  typeof MODE_VARIABLES &
  typeof NETWORK_VARIABLES &
  typeof PROCESS_VARIABLES &
  typeof SUBNET_VARIABLES &
  typeof CONTRACT_VARIABLES = {
  ...POOL_VARIABLES,
  ...CLUSTER_VARIABLES,
  ...MODE_VARIABLES,
  ...NETWORK_VARIABLES,
  ...PROCESS_VARIABLES,
  ...SUBNET_VARIABLES,
  ...CONTRACT_VARIABLES,
};

/** The name of a variable that the agent reads. */
export type VariableName = keyof typeof VARIABLES;
