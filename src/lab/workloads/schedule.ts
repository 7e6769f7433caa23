import { HOST_NETWORK_PODS } from "../../facts/index.ts";

/** A node as the scheduler sees it. */
export interface SchedulableNode {
  readonly name: string;
  /** What the kubelet would be told. */
  readonly maxPods: number;
  /** Pods of workloads that are on it. */
  readonly pods: number;
}

/** Where a pod goes, or why it can't go anywhere. */
export type Placement =
  { readonly ok: true; readonly node: string } | { readonly ok: false; readonly message: string };

/**
 * Puts a pod on the node with the fewest pods that has room, of equal ones the first. Room is max pods less the
 * pods on the host's network that every node runs. The refusal is worded as by the Kubernetes scheduler.
 */
export function schedule(nodes: readonly SchedulableNode[]): Placement {
  const free = nodes.filter(({ maxPods, pods }) => pods + HOST_NETWORK_PODS < maxPods);
  const [best] = free.toSorted((a, b) => a.pods - b.pods);
  if (best !== undefined) return { ok: true, node: best.name };
  const why = nodes.length === 0 ? "" : ` ${nodes.length} Too many pods.`;
  return {
    ok: false,
    message: `0/${nodes.length} nodes are available:${why || " there are none."}`,
  };
}
