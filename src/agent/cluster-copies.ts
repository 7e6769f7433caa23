import type { Node as NodeObject } from "kubernetes-types/core/v1";
import type { CNINode, ENIConfig, Informer } from "../kube-client/index.ts";

/** Copies of what agents read from a cluster. */
export interface ClusterCopies {
  readonly nodes: Informer<NodeObject>;
  readonly eniConfigs: Informer<ENIConfig> | undefined;
  readonly cniNodes: Informer<CNINode> | undefined;
}
