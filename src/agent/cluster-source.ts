import { CNI_NODES, CONFIG_MAPS, ENI_CONFIGS, NODES, openInformer } from "../kube-client/index.ts";
import type { KubeClient } from "../kube-client/index.ts";
import type { Cluster } from "./cluster.ts";
import type { ClusterCopies } from "./cluster-copies.ts";
import { newKubeCluster } from "./kube-cluster.ts";
import { errorFacts } from "./log.ts";
import type { Log } from "./log.ts";
import { RULES_CONFIG_MAP } from "./node-group/node-rule.ts";

/** What the clusters of one source share: the copies of nodes, ENIConfigs and CNINodes. */
export interface ClusterSource {
  /** The cluster as one node's agent sees it. `pod` is the agent's own, in kube-system. */
  of(names: { readonly node: string; readonly pod: string | undefined }): Cluster;
  /** Ends the watches; not the client. */
  close(): void;
}

/** What a source needs. */
export interface ClusterSourceOptions {
  readonly client: KubeClient;
  /** One node's name: only its objects are watched. `all` is for many agents in one process. */
  readonly scope: { readonly node: string } | "all";
  /** Watched only if asked for, as clusters without the feature lack the resources. */
  readonly watch: { readonly eniConfigs: boolean; readonly cniNodes: boolean };
  readonly log: Log;
}

/** Follows what agents read from the cluster. */
export function openClusterSource(options: ClusterSourceOptions): ClusterSource {
  const { client, scope, watch, log } = options;
  const onError = (error: unknown): void =>
    log.warn(errorFacts(error), "the Kubernetes API does not answer as it should; trying again");
  const own = scope === "all" ? {} : { fieldSelector: `metadata.name=${scope.node}` };
  const copies: ClusterCopies = {
    ...openNodeRules(client, log),
    nodes: openInformer(client, NODES, { ...own, onError }),
    eniConfigs: watch.eniConfigs ? openInformer(client, ENI_CONFIGS, { onError }) : undefined,
    cniNodes: watch.cniNodes ? openInformer(client, CNI_NODES, { ...own, onError }) : undefined,
  };
  return {
    of: (names) => newKubeCluster({ client, copies, log, ...names }),
    close() {
      copies.nodes.close();
      copies.eniConfigs?.close();
      copies.cniNodes?.close();
      copies.nodeRules.close();
    },
  };
}

/** Nodes without the permission to read it, as an older role has them, do without it: that is told once. */
function openNodeRules(
  client: KubeClient,
  log: Log,
): Pick<ClusterCopies, "nodeRules" | "rulesRead"> {
  const failed: PromiseWithResolvers<void> = Promise.withResolvers();
  let told = false;
  const onError = (error: unknown): void => {
    if (!told)
      log.warn(errorFacts(error), `ConfigMap ${RULES_CONFIG_MAP} can't be read; trying again`);
    told = true;
    failed.resolve();
  };
  const nodeRules = openInformer(client, CONFIG_MAPS, {
    namespace: "kube-system",
    fieldSelector: `metadata.name=${RULES_CONFIG_MAP}`,
    onError,
  });
  return { nodeRules, rulesRead: Promise.race([nodeRules.synced, failed.promise]) };
}
