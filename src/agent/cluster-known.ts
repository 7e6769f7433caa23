import type { Node } from "./node.ts";

/** How long a start waits for the cluster's word on the node before the pool acts without it, as the VPC CNI does. */
const CLUSTER_WAIT_MS = 30_000;

/** The pool's limits come from the node's object; a cluster that is away must not keep the pool empty for ever. */
export async function clusterKnown(
  { cluster, time, log, stopping }: Node,
  rulesReady: Promise<void>,
): Promise<void> {
  if (cluster === undefined) return;
  const waited = new AbortController();
  const signal = AbortSignal.any([stopping, waited.signal]);
  const known = Promise.all([cluster.synced, rulesReady]).then(() => "known" as const);
  const outcome = await Promise.race([known, time.sleep(CLUSTER_WAIT_MS, { signal, holds: true })]);
  waited.abort();
  if (outcome !== "known" && !stopping.aborted)
    log.warn({}, "the Kubernetes API does not say what this node's max pods are; going on without");
}
