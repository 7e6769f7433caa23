import type { AgentConfig } from "../config.ts";
import { writeEniConfigStatuses } from "../eni-configs/write-statuses.ts";
import { because } from "../ledger/reason.ts";
import type { Node } from "../node.ts";
import { sweepCluster } from "./leaked-enis.ts";

/**
 * Competes with the cluster's other agents for what one of them does for all, until `node.stopping` aborts: deleting
 * ENIs that agents have lost, and keeping the status of the ENIConfigs. Without Kubernetes there is nobody to compete with
 * and nothing to do.
 */
export function startClusterDuties(
  node: Node,
  config: Pick<AgentConfig, "leakedEnis" | "provisioning" | "ipv6" | "customNetworking">,
): void {
  const { cluster, log, stopping } = node;
  const sweeps = sweepsLeaks(config);
  const writes = config.customNetworking !== undefined;
  if (cluster === undefined || (!sweeps && !writes)) return;
  const lead = (term: AbortSignal): void => {
    log.info({ sweeps, writes }, "this agent does the common work of the cluster's agents");
    if (sweeps) void because("sweep", () => sweepCluster(node, term));
    if (writes) void because("watch", () => writeEniConfigStatuses(node, cluster, term));
  };
  // An agent that does not know its own node yet has nothing to say about others.
  void cluster.synced.then(() => cluster.lead(lead, stopping));
}

/** Whether ENIs that nothing uses are deleted. Without permission to change anything, and in IPv6 clusters, none are made. */
export function sweepsLeaks({
  leakedEnis,
  provisioning,
  ipv6,
}: Pick<AgentConfig, "leakedEnis" | "provisioning" | "ipv6">): boolean {
  return leakedEnis === "delete" && provisioning === "on" && ipv6 === undefined;
}
