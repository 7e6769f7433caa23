import type { KubeClient } from "../../kube-client/index.ts";
import type { Time } from "../../time/index.ts";
import type { AutoscalerCloud } from "./autoscaler-cloud.ts";
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
  /** Launches and removes nothing any more. Its nodes stay. */
  close(): Promise<void>;
}

/** Starts adding nodes for pods that no node has room for, as Karpenter does. */
export function startAutoscaler(options: AutoscalerOptions): Autoscaler {
  throw new Error(`being written: ${options.settings.name}`);
}
