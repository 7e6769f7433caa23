import { openEventRecorder } from "../../kube-client/index.ts";
import type { KubeClient } from "../../kube-client/index.ts";
import { BerthError } from "../../base/index.ts";
import type { Time } from "../../time/index.ts";
import type { AutoscalerCloud } from "./autoscaler-cloud.ts";
import { newBatcher } from "./batcher.ts";
import { followCluster } from "./cluster-state.ts";
import type { Launch } from "./launches.ts";
import { newPodNotices } from "./pod-notices.ts";
import { newProvisioner } from "./provisioner.ts";
import { newRemover } from "./remover.ts";
import type { AutoscalerSettings } from "./settings.ts";

/** What an autoscaler needs. */
export interface AutoscalerOptions {
  readonly client: KubeClient;
  readonly time: Time;
  readonly cloud: AutoscalerCloud;
  readonly settings: AutoscalerSettings;
  /** Told what it does, a sentence each. */
  readonly log?: ((line: string) => void) | undefined;
  /** Told of exceptions that only a bug can cause; the autoscaler goes on. */
  readonly onBug: (error: unknown) => void;
}

/** A running autoscaler. */
export interface Autoscaler {
  /** Launches and removes nothing any more. Its nodes stay. Resolves when what is under way is done. */
  close(): Promise<void>;
}

// Karpenter looks again at pods that are still waiting, and at nodes, about so often.
const LOOK_EVERY_MS = 10_000;

/**
 * Starts adding nodes for pods that no node has room for, and removing its own that are empty, as Karpenter does. Unlike
 * Karpenter's, a node of others that is still being set up counts as one that is on its way.
 */
export function startAutoscaler(options: AutoscalerOptions): Autoscaler {
  const { client, time, cloud, settings, onBug, log = () => undefined } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const { batchIdleMs: idleMs, batchMaxMs: maxMs } = settings;
  const batcher = newBatcher({ idleMs, maxMs }, { time, signal });
  const cluster = followCluster(client, {
    pool: settings.name,
    onProvisionable: () => batcher.trigger(),
    onBug,
  });
  const recorder = openEventRecorder(client, { component: "karpenter", time });
  const launches = new Map<string, Launch>();
  const notices = newPodNotices(cluster, recorder);
  const parts = { client, cluster, cloud, settings, time, signal, notices, launches, log };
  const provisioner = newProvisioner(parts);
  const remover = newRemover(parts);
  const ended = (): boolean => signal.aborted;

  async function attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (error) {
      if (ended()) return;
      // The API or EC2 could not do it now; it is tried again at the next look.
      if (error instanceof BerthError) log(error.message);
      else onBug(error);
    }
  }

  async function provisionForEver(): Promise<void> {
    await cluster.synced;
    while (await batcher.wait()) await attempt(() => provisioner.provision());
  }

  async function lookForEver(): Promise<void> {
    await cluster.synced;
    while (!ended()) {
      await attempt(() => remover.look());
      if (cluster.provisionable().length > 0) batcher.trigger();
      await time.sleep(LOOK_EVERY_MS, { signal });
    }
  }

  const loops = [provisionForEver(), lookForEver()];
  return {
    async close() {
      closing.abort();
      cluster.close();
      await Promise.all(loops);
      recorder.close();
    },
  };
}
