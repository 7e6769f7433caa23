import type { KubeClient } from "../kube-client/index.ts";
import type { Time } from "../time/index.ts";
import type { Cluster } from "./cluster.ts";
import type { Log } from "./log.ts";

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
  readonly time: Time;
  readonly log: Log;
}

/** Follows what agents read from the cluster. */
export function openClusterSource(options: ClusterSourceOptions): ClusterSource {
  throw new Error(`being written: ${options.client.namespace}`);
}
