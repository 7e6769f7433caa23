import type { Container, LifecycleHandler } from "kubernetes-types/core/v1";
import type { Time } from "../../time/index.ts";
import { containerPort } from "./container-port.ts";
import { httpGet, type NodeNetwork } from "./node-http.ts";
import type { ContainerRuntime } from "./runtime.ts";

/** The container a hook is for. */
export interface HookTarget {
  readonly container: Container;
  readonly containerId: string;
  readonly address: string;
}

/** What running a hook needs. */
export interface HookParts {
  readonly runtime: Pick<ContainerRuntime, "exec">;
  readonly network: NodeNetwork;
  readonly time: Time;
}

const LONGEST_SECONDS = 600;
const HTTP_MS = 30_000;

/** Runs a postStart or preStop hook. Answers why it failed, or undefined. */
export async function runHook(
  hook: LifecycleHandler,
  { container, containerId, address }: HookTarget,
  { runtime, network, time }: HookParts,
): Promise<string | undefined> {
  if (hook.sleep !== undefined) {
    await time.sleep(hook.sleep.seconds * 1000);
    return undefined;
  }
  if (hook.exec !== undefined) {
    const command = hook.exec.command ?? [];
    try {
      const { exitCode, output } = await runtime.exec(containerId, command, LONGEST_SECONDS);
      if (exitCode === 0) return undefined;
      return `command '${command.join(" ")}' exited with ${exitCode}: ${output}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  if (hook.httpGet !== undefined) {
    const port = containerPort(hook.httpGet.port, container);
    if (port === undefined) return `couldn't find port: ${hook.httpGet.port}`;
    const answer = await httpGet(network, {
      action: hook.httpGet,
      address,
      port,
      timeoutMs: HTTP_MS,
    });
    return answer.kind === "failed" ? answer.message : undefined;
  }
  return undefined;
}
