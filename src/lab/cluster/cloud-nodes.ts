import type { Node } from "kubernetes-types/core/v1";
import {
  type Informer,
  isNotFound,
  type KubeClient,
  NODES,
  openEventRecorder,
  openInformer,
} from "../../kube-client/index.ts";

/** What the controller asks of the cloud. */
export interface CloudInstances {
  /** Whether an instance is there, by its id. */
  exists(instanceId: string): boolean;
}

/** What the controller needs. */
export interface CloudNodesOptions {
  readonly client: KubeClient;
  readonly cloud: CloudInstances;
  readonly onBug: (error: unknown) => void;
}

/** How often the cloud provider's node lifecycle controller looks (`--node-monitor-period`). */
const PERIOD_MS = 5000;

/**
 * Deletes Nodes whose instance is gone, as the node lifecycle controller of the AWS cloud provider does: it looks at nodes that
 * are not Ready any more, every five seconds.
 */
export function startCloudNodes({ client, cloud, onBug }: CloudNodesOptions): { close(): void } {
  const informer = openInformer(client, NODES);
  const events = openEventRecorder(client, {
    component: "cloud-node-lifecycle-controller",
    time: client.time,
  });
  const stop = new AbortController();
  const look = async (): Promise<void> => {
    await informer.synced;
    while (!stop.signal.aborted) {
      for (const node of gone(informer, cloud)) await remove(node).catch(onBug);
      await client.time.sleep(PERIOD_MS, { signal: stop.signal });
    }
  };
  async function remove(node: Node): Promise<void> {
    const name = node.metadata?.name ?? "";
    events.event(node, {
      type: "Normal",
      reason: "DeletingNode",
      message: `Deleting node ${name} because it does not exist in the cloud provider`,
    });
    try {
      await client.delete(NODES, { name });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  void look().catch(onBug);
  return {
    close: () => {
      stop.abort();
      informer.close();
    },
  };
}

function gone(informer: Informer<Node>, cloud: CloudInstances): Node[] {
  return informer.list().filter(({ spec, status, metadata }) => {
    const ready = status?.conditions?.find(({ type }) => type === "Ready")?.status === "True";
    // aws:///us-east-1a/i-0123456789abcdef0
    const id = /^aws:\/\/\/.*\/(i-[0-9a-f]+)$/.exec(spec?.providerID ?? "")?.[1];
    const ending = metadata?.deletionTimestamp !== undefined;
    return !ready && !ending && id !== undefined && !cloud.exists(id);
  });
}
