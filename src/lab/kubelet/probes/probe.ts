import type { Container, Probe } from "kubernetes-types/core/v1";
import { containerPort } from "../container-port.ts";
import { httpGet, type NodeNetwork, tcpDial } from "../node-http.ts";
import type { ContainerRuntime } from "../runtime.ts";

/** What one probe came to. */
export type ProbeOutcome =
  | { readonly kind: "success" }
  | { readonly kind: "failure"; readonly output: string }
  /** The probe could not be made; that counts for nothing. */
  | { readonly kind: "error"; readonly output: string };

/** The container that is probed. */
export interface ProbeTarget {
  readonly container: Container;
  readonly containerId: string;
  /** The pod's address. */
  readonly address: string;
}

/** Makes one probe of a container. */
export async function probeOnce(
  probe: Probe,
  target: ProbeTarget,
  { runtime, network }: { runtime: Pick<ContainerRuntime, "exec">; network: NodeNetwork },
): Promise<ProbeOutcome> {
  const timeoutSeconds = probe.timeoutSeconds ?? 1;
  const timeoutMs = timeoutSeconds * 1000;
  const { exec, httpGet: http, tcpSocket: tcp } = probe;
  if (exec !== undefined) {
    return execProbe({ command: exec.command ?? [], target, runtime, timeoutSeconds });
  }
  const port = http?.port ?? tcp?.port;
  if (port === undefined) return { kind: "error", output: "missing probe handler" };
  const number = containerPort(port, target.container);
  if (number === undefined) {
    return {
      kind: "error",
      output: `couldn't find port: ${port} in container ${target.container.name}`,
    };
  }
  const { address } = target;
  if (http === undefined) {
    const failure = await tcpDial(network, {
      action: tcp ?? { port },
      address,
      port: number,
      timeoutMs,
    });
    return failure === undefined ? { kind: "success" } : { kind: "failure", output: failure };
  }
  const answer = await httpGet(network, { action: http, address, port: number, timeoutMs });
  if (answer.kind === "failed") return { kind: "failure", output: answer.message };
  if (answer.status >= 200 && answer.status < 400) return { kind: "success" };
  return { kind: "failure", output: `HTTP probe failed with statuscode: ${answer.status}` };
}

interface ExecProbe {
  readonly command: readonly string[];
  readonly target: ProbeTarget;
  readonly runtime: Pick<ContainerRuntime, "exec">;
  readonly timeoutSeconds: number;
}

async function execProbe({
  command,
  target,
  runtime,
  timeoutSeconds,
}: ExecProbe): Promise<ProbeOutcome> {
  try {
    const { exitCode, output } = await runtime.exec(target.containerId, command, timeoutSeconds);
    return exitCode === 0 ? { kind: "success" } : { kind: "failure", output };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!message.includes("code = DeadlineExceeded")) return { kind: "error", output: message };
    return {
      kind: "failure",
      output: `command timed out: ${JSON.stringify(command.join(" "))} timed out after ${timeoutSeconds}s`,
    };
  }
}
