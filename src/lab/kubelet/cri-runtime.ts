import type { Time } from "../../time/index.ts";
import type { ContainerRuntime } from "./runtime.ts";

/** What a runtime over CRI needs. */
export interface CriRuntimeOptions {
  /** The runtime's Unix socket. */
  readonly socket: string;
  /** The cgroup below which pods' cgroups are made, such as `/berth/first/pods`. */
  readonly cgroupParent: string;
  readonly time: Time;
}

/** A runtime that speaks the Container Runtime Interface v1: containerd. Connects when first used. */
export function openCriRuntime(options: CriRuntimeOptions): ContainerRuntime {
  throw new Error(`the runtime at ${options.socket} is being built`);
}
