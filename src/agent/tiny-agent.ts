import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeReply, encodeCall } from "../cni/index.ts";
import type { CniCall, CniCommand, CniReply } from "../cni/index.ts";
import { systemTime } from "../time/index.ts";
import type { Cluster } from "./cluster.ts";
import { readAgentConfig } from "./config.ts";
import type { AgentConfig } from "./config.ts";
import type { Log } from "./log.ts";
import { Telemetry } from "./metrics/telemetry.ts";
import { startAgent } from "./start.ts";
import { INSTANCE, LIMITS } from "./tiny-instance.ts";
import type { TinyWorld } from "./tiny-world.ts";
import type { Environment } from "./variable-reader.ts";

/** For the tests of this room: an agent over a {@link TinyWorld}, with real sockets and a real checkpoint file. */
export interface TinyAgent {
  readonly config: AgentConfig;
  readonly directory: string;
  readonly lines: readonly string[];
  call(command: CniCommand, pod?: string, more?: CallDetails): Promise<CniReply>;
  /** SIGTERM. */
  stop(): Promise<void>;
}

/** What a call has beside its command and pod. */
export interface CallDetails {
  readonly containerId?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Starts an agent; `directory` of an earlier one makes it that one's successor. */
export async function startTinyAgent(
  world: Pick<TinyWorld, "ec2" | "metadata" | "kernel">,
  {
    env = {},
    directory = newDirectory(),
    cluster,
  }: { env?: Environment; directory?: string; cluster?: Cluster } = {},
): Promise<TinyAgent> {
  const config = readAgentConfig({
    BERTH_CNI_SOCKET: join(directory, "cni.sock"),
    BERTH_CHECKPOINT_FILE: join(directory, "checkpoint.json"),
    BERTH_CNI_CONF_DIR: join(directory, "net.d"),
    BERTH_INTROSPECTION_SOCKET: join(directory, "introspection.sock"),
    AWS_VPC_K8S_CNI_BACKING_STORE: join(directory, "aws-node", "ipam.json"),
    DISABLE_METRICS: "true",
    DISABLE_INTROSPECTION: "true",
    ...env,
  });
  const stopping = new AbortController();
  const lines: string[] = [];
  const { ec2, metadata, kernel } = world;
  const log = logInto(lines);
  const telemetry = new Telemetry({ time: systemTime, log });
  const ports = {
    ec2: telemetry.recorded(ec2),
    metadata,
    kernel,
    cluster,
    log,
    time: systemTime,
    stopping: stopping.signal,
  };
  const boot = { id: "boot-1", startedAtMs: 0 };
  const parts = { config, instance: INSTANCE, limits: LIMITS, boot, telemetry };
  const agent = await startAgent(ports, parts);
  return {
    config,
    directory,
    lines,
    call: (command, pod = "web-0", more = {}) =>
      callAgent(config.cniSocket, cniCall(command, pod, more)),
    async stop() {
      stopping.abort();
      await agent.ended;
    },
  };
}

/** A directory for an agent's files. */
export function newDirectory(): string {
  return mkdtempSync(join(tmpdir(), "berth-agent-test-"));
}

/** Removes an agent's directory. */
export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

/** A call as containerd's would be, for a pod of namespace `default`. */
export function cniCall(
  command: CniCommand,
  pod: string,
  { containerId = `c-${pod}`, config = {} }: CallDetails,
): CniCall {
  const args = `IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=${pod}`;
  return {
    env: {
      CNI_COMMAND: command,
      CNI_CONTAINERID: containerId,
      CNI_NETNS: `/run/netns/${pod}`,
      CNI_IFNAME: "eth0",
      CNI_ARGS: args,
    },
    stdin: JSON.stringify({ cniVersion: "1.1.0", name: "berth", type: "berth-cni", ...config }),
  };
}

/** Sends a call as the relay does. */
export function callAgent(path: string, call: CniCall): Promise<CniReply> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect(path, () => socket.write(encodeCall(call)));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
    });
    socket.on("error", reject);
    socket.on("close", () => {
      const reply = decodeReply(received);
      if (reply === undefined) reject(new Error("the agent hung up without an answer"));
      else resolve(reply);
    });
  });
}

/** Waits until a condition holds; fails the test after 10 s. */
export async function eventually(holds: () => boolean): Promise<void> {
  const untilMs = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > untilMs) throw new Error(`this did not come true: ${holds.toString()}`);
    await sleep(5);
  }
}

function logInto(lines: string[]): Log {
  const note = (facts: unknown, text?: string): void => {
    lines.push(`${text ?? ""} ${JSON.stringify(facts)}`);
  };
  return { debug: () => undefined, info: note, warn: note, error: note };
}
