import { ENI_CONFIGS, isNotFound, NODES } from "../../kube-client/index.ts";
import type { Candidacy, EniConfigStatus, KubeClient } from "../../kube-client/index.ts";
import type { NamedNode } from "../cluster.ts";
import { errorFacts } from "../log.ts";
import type { Log } from "../log.ts";

/**
 * The Lease by which one agent of the cluster works for all. Its length is how long the common work may stand still when
 * an agent dies; it is long, as every agent looks at the Lease once in it.
 */
export const LEADERSHIP: Pick<Candidacy, "namespace" | "name" | "leaseMs"> = {
  namespace: "kube-system",
  name: "berth-agents",
  leaseMs: 180_000,
};

/** What hears of failures with the Lease. An agent may lack the permission; then others work for it. */
export function noteLeaseError(log: Log): (error: unknown) => void {
  let told = "";
  return (error) => {
    const text = error instanceof Error ? error.message : String(error);
    if (text === told) return;
    told = text;
    const { namespace, name } = LEADERSHIP;
    log.warn(
      { lease: `${namespace}/${name}`, ...errorFacts(error) },
      "the Lease of the agents can't be used",
    );
  };
}

/** All nodes; what the API server has at hand is good enough. */
export async function listNodes(client: Pick<KubeClient, "list">): Promise<readonly NamedNode[]> {
  const { items } = await client.list(NODES, { resourceVersion: "0" });
  return items.map(({ metadata }) => {
    const { name = "", labels = {}, annotations = {} } = metadata ?? {};
    return { name, labels, annotations };
  });
}

/** A definition of ENIConfigs without status, as EKS installs it, keeps none: that is as good as one that is gone. */
export async function writeEniConfigStatus(
  client: Pick<KubeClient, "patch">,
  name: string,
  status: EniConfigStatus,
): Promise<void> {
  try {
    const patch = { type: "merge", subresource: "status", body: { status } } as const;
    await client.patch(ENI_CONFIGS, { name }, patch);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
