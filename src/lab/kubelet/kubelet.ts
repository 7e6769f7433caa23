import type { KubeClient } from "../../kube-client/index.ts";
import type { Time } from "../../time/index.ts";
import type { KubeletNode } from "./kubelet-node.ts";
import type { PodSource } from "./pod-source.ts";
import type { ContainerRuntime } from "./runtime.ts";

/** Where a kubelet of a real node keeps its files. Absolute paths. */
export interface KubeletDirs {
  /** Volumes of pods, as `/var/lib/kubelet/pods` on a machine. */
  readonly pods: string;
  /** Logs of containers, as `/var/log/pods`. */
  readonly logs: string;
  /**
   * Where a path of the node's own file system (a volume of kind `hostPath`) is on this machine: nodes of a lab share a disk.
   * It is asked before the volume's type is checked or made. The path itself when left out.
   */
  readonly hostPath?: ((path: string) => string) | undefined;
}

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
  await Promise.reject(new Error(`the kubelet of ${options.node.name} is being built`));
  return { port: 0, close: () => Promise.resolve() };
}
