import type { Time } from "../../time/index.ts";
import type { ConfigSource } from "./config-source.ts";
import type { Gate } from "./gate.ts";
import type { Images } from "./images.ts";
import type { KubeletNode } from "./kubelet-node.ts";
import type { NodeNetwork } from "./node-http.ts";
import type { AllocatableNumbers } from "./node-resources.ts";
import type { KubeletEvents } from "./pod-events.ts";
import type { ContainerRuntime } from "./runtime.ts";
import type { StatusWriter } from "./status-writer.ts";
import type { PodVolumes } from "./volumes/pod-volumes.ts";

/** What all pods of one node share. */
export interface PodContext {
  readonly node: KubeletNode;
  readonly allocatable: AllocatableNumbers;
  readonly runtime: ContainerRuntime;
  readonly time: Time;
  readonly events: KubeletEvents;
  readonly images: Images;
  readonly config: ConfigSource;
  readonly statuses: StatusWriter;
  /** Undefined in simulated mode: then no file is made. */
  readonly volumes: PodVolumes | undefined;
  /** Undefined in simulated mode: then nothing is probed. */
  readonly network: NodeNetwork | undefined;
  /** Where logs go; empty in simulated mode. */
  readonly logsDir: string;
  /** The variables of the API server's service. */
  readonly services: ReadonlyMap<string, string>;
  /** Lets so many pods of the node start at once. */
  readonly gate: Gate;
  /** Why pods can't be connected yet; undefined when they can. */
  readonly networkProblem: () => string | undefined;
  readonly onBug: (error: unknown) => void;
}
