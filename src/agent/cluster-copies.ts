import type { ConfigMap, Node as NodeObject } from "kubernetes-types/core/v1";
import type { CNINode, ENIConfig, Informer } from "../kube-client/index.ts";

/** Copies of what agents read from a cluster. */
export interface ClusterCopies {
  readonly nodes: Informer<NodeObject>;
  readonly eniConfigs: Informer<ENIConfig> | undefined;
  readonly cniNodes: Informer<CNINode> | undefined;
  /** The ConfigMap with settings for groups of nodes, if there is one. */
  readonly nodeRules: Informer<ConfigMap>;
  /** Resolves when that was read, or could not be at first. */
  readonly rulesRead: Promise<void>;
}
