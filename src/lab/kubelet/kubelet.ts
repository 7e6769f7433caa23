import { type KubeClient, openEventRecorder } from "../../kube-client/index.ts";
import type { Time } from "../../time/index.ts";
import { clusterConfig } from "./config-source.ts";
import { apiServerVariables } from "./environment.ts";
import { Gate } from "./gate.ts";
import { Images } from "./images.ts";
import type { KubeletDirs } from "./kubelet-dirs.ts";
import type { KubeletNode } from "./kubelet-node.ts";
import { NodeKeeper } from "./node-keeper.ts";
import { networkNotReady } from "./node-object.ts";
import { allocatableNumbers } from "./node-resources.ts";
import type { PodContext } from "./pod-context.ts";
import { KubeletEvents } from "./pod-events.ts";
import { PodManager } from "./pod-manager.ts";
import type { PodSource } from "./pod-source.ts";
import type { ContainerRuntime } from "./runtime.ts";
import { startServer } from "./server/server.ts";
import { StatusWriter } from "./status-writer.ts";
import { PodVolumes } from "./volumes/pod-volumes.ts";
import { TokenSource } from "./volumes/token-source.ts";

/** How pods reach the API server: what `KUBERNETES_SERVICE_HOST` and `_PORT` say in containers. */
export interface ApiServerService {
  readonly host: string;
  readonly port: number;
}

/** What a kubelet is made of. */
export interface KubeletOptions {
  readonly node: KubeletNode;
  readonly client: KubeClient;
  readonly pods: PodSource;
  /** Closed with the kubelet. */
  readonly runtime: ContainerRuntime;
  readonly time: Time;
  readonly apiServer: ApiServerService;
  /** `Authorization: Bearer …` of the only caller that its server answers: the API server. */
  readonly serverToken: string;
  /** Left out in simulated mode: then no volume, log or file is made. */
  readonly dirs?: KubeletDirs | undefined;
  /** The node's network namespace, where probes and sessions begin; left out in simulated mode. */
  readonly netns?: string | undefined;
  /** Which events are written; `all` by default. */
  readonly events?: "all" | "warnings" | undefined;
  readonly onBug: (error: unknown) => void;
}

/** A kubelet that has registered its Node. */
export interface Kubelet {
  /** Its HTTP server on 127.0.0.1 of the machine; also in the Node's `status.daemonEndpoints`. */
  readonly port: number;
  /** Stops syncing, probing and serving. Containers run on, as when a kubelet is restarted. */
  close(): Promise<void>;
}

/** Starts a kubelet and registers its Node; resolves when the Node is there, which may not be Ready yet. */
export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const { node, client, runtime, time, serverToken, netns, onBug } = options;
  const recorder = openEventRecorder(client, { component: "kubelet", host: node.name, time });
  const events = new KubeletEvents(recorder, options.events ?? "all", node.name);
  const statuses = new StatusWriter({ client, time, onBug });
  const context = podContext(options, {
    events,
    statuses,
    networkProblem: () => networkNotReady(keeper.runtimeView),
  });
  const manager = new PodManager(context, client);
  const server = await startServer({
    directory: manager,
    runtime,
    netns,
    token: serverToken,
    time,
    onBug,
  });
  const { port } = server;
  const onRuntimeChange = (): void => manager.wakeAll();
  const keeper = new NodeKeeper({
    node,
    client,
    runtime,
    events,
    time,
    port,
    onRuntimeChange,
    onBug,
  });
  const stops = [
    runtime.onEvent((event) => {
      if (event.kind === "status") keeper.check();
      else manager.wake(event.uid);
    }),
  ];
  await keeper.register();
  stops.push(options.pods.onChange((change) => manager.change(change)));
  void options.pods.synced.then(() => manager.removeOrphans()).catch(() => undefined);
  return {
    port,
    async close() {
      for (const stop of stops) stop();
      options.pods.close();
      keeper.close();
      statuses.close();
      await manager.close();
      recorder.close();
      await server.close();
      runtime.close();
    },
  };
}

/** How many pods of a node may start at once: a container's start is a handful of processes. */
const PARALLEL_STARTS = 10;

function podContext(
  options: KubeletOptions,
  own: Pick<PodContext, "events" | "statuses" | "networkProblem">,
): PodContext {
  const { node, client, runtime, time, dirs, netns, apiServer, onBug } = options;
  const config = clusterConfig(client);
  const allocatable = allocatableNumbers(node);
  const tokens = new TokenSource(client, time);
  return {
    ...own,
    node,
    allocatable,
    runtime,
    time,
    images: new Images({ runtime, events: own.events, time }),
    config,
    volumes: dirs && new PodVolumes(dirs, { config, tokens, node: allocatable }),
    network: dirs && { netns },
    logsDir: dirs?.logs ?? "",
    services: apiServerVariables(apiServer),
    gate: new Gate(PARALLEL_STARTS),
    onBug,
  };
}
