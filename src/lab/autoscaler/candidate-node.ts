import type { Node } from "kubernetes-types/core/v1";
import type { CandidateType } from "./autoscaler-cloud.ts";

/** The label by which the nodes of an autoscaler are told from others. */
export const POOL_LABEL = "karpenter.sh/nodepool";

/** The labels that a launched node is given beside those it has by what it is. */
export function poolLabels(name: string): Record<string, string> {
  return { [POOL_LABEL]: name, "karpenter.sh/capacity-type": "on-demand" };
}

/** The Node that an instance of a type would register in a zone. */
export function candidateNode(
  type: CandidateType,
  { name, zone, pool }: { readonly name: string; readonly zone: string; readonly pool: string },
): Node {
  const quantities = Object.entries(type.allocatable).map(([resource, amount]) => [
    resource,
    resource === "cpu" ? `${Math.floor(amount * 1000)}m` : String(Math.floor(amount)),
  ]);
  return {
    metadata: {
      name,
      labels: {
        ...poolLabels(pool),
        "kubernetes.io/arch": type.arch,
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": type.type,
        "topology.kubernetes.io/region": zone.replace(/[a-z]$/, ""),
        "topology.kubernetes.io/zone": zone,
      },
    },
    status: { allocatable: Object.fromEntries(quantities) as Record<string, string> },
  };
}
