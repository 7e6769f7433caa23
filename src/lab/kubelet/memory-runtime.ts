import type { Time } from "../../time/index.ts";
import type { PodNetwork } from "./pod-network.ts";
import type { ContainerRuntime } from "./runtime.ts";

/** What a runtime in memory needs. */
export interface MemoryRuntimeOptions {
  readonly network: PodNetwork;
  readonly time: Time;
}

/**
 * A runtime of a simulated node. Sandboxes ask `network` for their address; containers start at once and run for ever, or
 * end with exit code 0 after the seconds in the pod's annotation `berth.dev/run-seconds`. Any image is there.
 */
export function openMemoryRuntime(options: MemoryRuntimeOptions): ContainerRuntime {
  throw new Error(`the runtime in memory is being built at ${options.time.nowMs()}`);
}
