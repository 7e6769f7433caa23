import type { Node, Pod } from "kubernetes-types/core/v1";
import { isNotFound, KubeError, NODES, PODS } from "../../kube-client/index.ts";
import type { KubeClient } from "../../kube-client/index.ts";
import type { Time } from "../../time/index.ts";
import type { AutoscalerCloud } from "./autoscaler-cloud.ts";
import type { ClusterState } from "./cluster-state.ts";
import type { Launch } from "./launches.ts";
import type { PodNotices } from "./pod-notices.ts";
import type { AutoscalerSettings } from "./settings.ts";

/** What a remover works with. */
export interface RemoverOptions {
  readonly client: KubeClient;
  readonly cluster: ClusterState;
  readonly cloud: AutoscalerCloud;
  readonly settings: AutoscalerSettings;
  readonly time: Time;
  readonly signal: AbortSignal;
  readonly launches: Map<string, Launch>;
  readonly notices: PodNotices;
  readonly log: (line: string) => void;
}

/** Removes nodes. */
export interface Remover {
  /** Looks at all nodes of the pool and all launches once. Rejects if Kubernetes or EC2 cannot be reached. */
  look(): Promise<void>;
}

const DISRUPTED = { key: "karpenter.sh/disrupted", effect: "NoSchedule" };
const EVICTION_RETRY_MS = 5_000;
const INSTANCE = /\/(i-[0-9a-f]+)$/;

/** Removes nodes of the pool that have been empty for a while, and instances that never become nodes. */
export function newRemover(options: RemoverOptions): Remover {
  const { cluster, cloud, settings, time, launches, notices, log } = options;
  const emptySinceMs = new Map<string, number>();

  async function settleLaunches(): Promise<void> {
    for (const { instanceId, nodeName, launchedMs } of [...launches.values()]) {
      if (cluster.nodes.get({ name: nodeName }) !== undefined) {
        launches.delete(instanceId);
        log(`registered node ${nodeName} of ${instanceId}`);
      } else if (time.nowMs() - launchedMs > settings.registrationTtlMs) {
        log(`terminating ${instanceId}: no node ${nodeName} has registered`);
        await cloud.terminate(instanceId);
        launches.delete(instanceId);
      }
    }
  }

  function findEmpty(ttlMs: number): Node[] {
    notices.forgetPlaced();
    const candidates = cluster.poolNodes().filter(({ metadata = {} }) => {
      const name = metadata.name ?? "";
      const idle = cluster.workloadOn(name).length === 0 && !notices.isExpectedOn(name);
      return cluster.isInitialised(name) && idle;
    });
    const names = new Set(candidates.map(({ metadata }) => metadata?.name ?? ""));
    for (const name of emptySinceMs.keys()) if (!names.has(name)) emptySinceMs.delete(name);
    return candidates.filter(({ metadata }) => {
      const name = metadata?.name ?? "";
      const sinceMs = emptySinceMs.get(name) ?? time.nowMs();
      emptySinceMs.set(name, sinceMs);
      return time.nowMs() - sinceMs >= ttlMs;
    });
  }

  return {
    async look() {
      await settleLaunches();
      if (settings.emptyTtlMs === undefined) return;
      for (const node of findEmpty(settings.emptyTtlMs)) {
        log(`removing node ${node.metadata?.name ?? ""}: it is empty`);
        await removeNode(options, node);
      }
    },
  };
}

/** Taints the node, evicts what came to it nevertheless, terminates the instance and deletes the Node. */
async function removeNode(
  { client, cluster, cloud, time, signal }: RemoverOptions,
  { metadata = {}, spec = {} }: Node,
): Promise<void> {
  const name = metadata.name ?? "";
  if (!(spec.taints ?? []).some(({ key }) => key === DISRUPTED.key)) {
    const body = { spec: { taints: [...(spec.taints ?? []), DISRUPTED] } };
    await client.patch(NODES, { name }, { type: "merge", body });
  }
  const ended = (): boolean => signal.aborted;
  for (;;) {
    const { items } = await client.list(PODS, { fieldSelector: `spec.nodeName=${name}` });
    const known = new Set(cluster.workloadOn(name).map(({ metadata: of }) => of?.uid));
    const left = items.filter((pod) => known.has(pod.metadata?.uid));
    if (left.length === 0) break;
    for (const pod of left) await evict(client, pod);
    await time.sleep(EVICTION_RETRY_MS, { signal });
    if (ended()) return;
  }
  const instanceId = INSTANCE.exec(spec.providerID ?? "")?.[1];
  if (instanceId !== undefined) await cloud.terminate(instanceId);
  await client.delete(NODES, { name }).catch(unlessGone);
}

async function evict(client: KubeClient, { metadata = {} }: Pod): Promise<void> {
  const { name = "", namespace } = metadata;
  const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
  await client
    .post(PODS, { name, namespace, subresource: "eviction" }, body)
    .catch((error: unknown) => {
      // A disruption budget forbids it for now.
      if (error instanceof KubeError && error.status === 429) return;
      unlessGone(error);
    });
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
