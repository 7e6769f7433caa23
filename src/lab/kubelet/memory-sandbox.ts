import { BerthError } from "../../base/index.ts";
import type { NetworkedPod } from "./pod-network.ts";
import type { Program } from "./program.ts";
import type { ContainerSpec, RuntimeContainer, RuntimeSandbox, SandboxSpec } from "./runtime.ts";
import { rpcText } from "./runtime-text.ts";

/** A sandbox in memory. */
export interface MemorySandbox {
  readonly id: string;
  readonly spec: SandboxSpec;
  readonly createdMs: number;
  readonly addresses: readonly string[];
  ready: boolean;
  /** Whether the network still has to be told of its end. */
  connected: boolean;
  readonly containers: Map<string, MemoryContainer>;
}

/** A container in memory. */
export interface MemoryContainer {
  readonly spec: ContainerSpec;
  readonly stop: AbortController;
  container: RuntimeContainer;
  program: Program | undefined;
}

/** A sandbox as a kubelet sees it. */
export function view({
  id,
  spec,
  createdMs,
  ready,
  addresses,
  containers,
}: MemorySandbox): RuntimeSandbox {
  const { namespace, name, uid, attempt } = spec;
  const shown = [...containers.values()].map(({ container }) => container);
  return { id, namespace, name, uid, attempt, createdMs, ready, addresses, containers: shown };
}

/** A pod as its network is told of it. */
export function networkedPod(
  sandboxId: string,
  { namespace, name, uid }: SandboxSpec,
): NetworkedPod {
  return { namespace, name, uid, sandboxId };
}

/** What containerd says of something it does not know. */
export function gone(what: string, id: string): BerthError {
  const text = rpcText(
    "NOT_FOUND",
    `an error occurred when try to find ${what} "${id}": not found`,
  );
  return new BerthError("cri", text, { fix: "The pod is looked at again." });
}

/** Why something can not be had in a simulated lab. */
export function simulated(what: string): BerthError {
  const message = `A simulated lab has no processes: it cannot ${what}.`;
  return new BerthError("simulated", message, { fix: "Start the lab with `--mode kernel`." });
}
