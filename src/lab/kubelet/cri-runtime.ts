import { BerthError } from "../../base/index.ts";
import type { Time } from "../../time/index.ts";
import { type CriTransport, openCriTransport } from "../containerd/cri-transport.ts";
import {
  containerMessage,
  type ImageMessage,
  imageFromMessage,
  sandboxMessage,
} from "./cri-messages.ts";
import { CriView } from "./cri-view.ts";
import type {
  ContainerRuntime,
  RuntimeCondition,
  RuntimeEvent,
  RuntimeStatus,
  StreamRequest,
} from "./runtime.ts";
import { rpcErrorText } from "./runtime-text.ts";

/** What a runtime over CRI needs. */
export interface CriRuntimeOptions {
  /** The runtime's Unix socket. */
  readonly socket: string;
  /** The cgroup below which pods' cgroups are made, such as `/berth/first/pods`. */
  readonly cgroupParent: string;
  readonly time: Time;
}

// The kubelet's own limits: 2 minutes a call, twice that for a sandbox.
const CALL_MS = 120_000;
const SANDBOX_MS = 240_000;
const RELIST_MS = 1000;

/** A runtime that speaks the Container Runtime Interface v1: containerd. Connects when first used. */
export function openCriRuntime({
  socket,
  cgroupParent,
  time,
}: CriRuntimeOptions): ContainerRuntime {
  const transport = openCriTransport(socket);
  const call: CriTransport["call"] = async (method, request, deadlineMs) => {
    try {
      return await transport.call(method, request, deadlineMs);
    } catch (error) {
      throw inKubeletsWords(error);
    }
  };
  const view = new CriView(call);
  const listeners = new Set<(event: RuntimeEvent) => void>();
  const stop = new AbortController();
  void relist({ view, listeners, time, signal: stop.signal });
  return {
    ...sandboxCalls(call, cgroupParent),
    ...imageCalls(call),
    ...containerCalls(call, cgroupParent),
    status: () => readStatus(call),
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    list: (uid) => view.list(uid),
    streamUrl: (request) => streamUrl(call, request),
    close() {
      stop.abort();
      listeners.clear();
      transport.close();
    },
  };
}

function inKubeletsWords(error: unknown): unknown {
  if (!(error instanceof BerthError)) return error;
  const { code, fix, cause } = error;
  return new BerthError(code, rpcErrorText(error), { fix, cause });
}

interface Relist {
  readonly view: CriView;
  readonly listeners: ReadonlySet<(event: RuntimeEvent) => void>;
  readonly time: Time;
  readonly signal: AbortSignal;
}

/**
 * Looks each second which sandboxes and containers have changed, as the kubelet's pod lifecycle event generator does.
 * containerd tells of its events by CRI only from 1.7 on.
 */
async function relist({ view, listeners, time, signal }: Relist): Promise<void> {
  let answered = true;
  for (;;) {
    await time.sleep(RELIST_MS, { signal });
    if (signal.aborted) return;
    // A runtime that doesn't answer is the status' business; what changed meanwhile shows when it answers again.
    const changed = await view.changedPods().catch(() => undefined);
    for (const listener of listeners) {
      if ((changed !== undefined) !== answered) listener({ kind: "status" });
      for (const uid of changed ?? []) listener({ kind: "pod", uid });
    }
    answered = changed !== undefined;
  }
}

async function readStatus(call: CriTransport["call"]): Promise<RuntimeStatus> {
  interface Condition {
    readonly type: string;
    readonly status: boolean;
    readonly reason: string;
    readonly message: string;
  }
  interface Reply {
    readonly status: { readonly conditions: readonly Condition[] };
  }
  interface Version {
    readonly runtime_name: string;
    readonly runtime_version: string;
  }
  const [{ status }, version] = await Promise.all([
    call<Reply>("Status", {}, CALL_MS),
    call<Version>("Version", {}, CALL_MS),
  ]);
  const condition = (type: string): RuntimeCondition => {
    const found = status.conditions.find((each) => each.type === type);
    return {
      ready: found?.status ?? false,
      reason: found?.reason ?? "",
      message: found?.message ?? "",
    };
  };
  return {
    name: version.runtime_name,
    version: version.runtime_version,
    runtime: condition("RuntimeReady"),
    network: condition("NetworkReady"),
  };
}

type SandboxCalls = Pick<ContainerRuntime, "runSandbox" | "stopSandbox" | "removeSandbox">;

function sandboxCalls(call: CriTransport["call"], cgroupParent: string): SandboxCalls {
  return {
    async runSandbox(spec) {
      const request = { config: sandboxMessage(spec, cgroupParent) };
      const reply = await call<{ pod_sandbox_id: string }>("RunPodSandbox", request, SANDBOX_MS);
      return reply.pod_sandbox_id;
    },
    async stopSandbox(sandboxId) {
      await call("StopPodSandbox", { pod_sandbox_id: sandboxId }, SANDBOX_MS);
    },
    async removeSandbox(sandboxId) {
      await call("RemovePodSandbox", { pod_sandbox_id: sandboxId }, CALL_MS);
    },
  };
}

function imageCalls(
  call: CriTransport["call"],
): Pick<ContainerRuntime, "findImage" | "pullImage" | "images"> {
  const findImage: ContainerRuntime["findImage"] = async (image) => {
    const request = { image: { image } };
    const reply = await call<{ image: ImageMessage | null }>("ImageStatus", request, CALL_MS);
    return reply.image === null ? undefined : imageFromMessage(reply.image);
  };
  return {
    findImage,
    async pullImage(image) {
      const { image_ref: ref } = await call<{ image_ref: string }>(
        "PullImage",
        { image: { image } },
        SANDBOX_MS,
      );
      return (await findImage(image)) ?? { id: ref, names: [image], bytes: 0 };
    },
    async images() {
      const reply = await call<{ images: readonly ImageMessage[] }>("ListImages", {}, CALL_MS);
      return reply.images.map(imageFromMessage);
    },
  };
}

type ContainerCalls = Pick<
  ContainerRuntime,
  "createContainer" | "startContainer" | "stopContainer" | "removeContainer" | "exec"
>;

function containerCalls(call: CriTransport["call"], cgroupParent: string): ContainerCalls {
  return {
    async createContainer(spec) {
      const request = {
        pod_sandbox_id: spec.sandboxId,
        config: containerMessage(spec),
        sandbox_config: sandboxMessage(spec.sandbox, cgroupParent),
      };
      const reply = await call<{ container_id: string }>("CreateContainer", request, CALL_MS);
      return reply.container_id;
    },
    async startContainer(containerId) {
      await call("StartContainer", { container_id: containerId }, CALL_MS);
    },
    async stopContainer(containerId, graceSeconds) {
      const request = { container_id: containerId, timeout: graceSeconds };
      await call("StopContainer", request, CALL_MS + graceSeconds * 1000);
    },
    async removeContainer(containerId) {
      await call("RemoveContainer", { container_id: containerId }, CALL_MS);
    },
    async exec(containerId, command, timeoutSeconds) {
      interface Reply {
        readonly stdout: Buffer;
        readonly stderr: Buffer;
        readonly exit_code: number;
      }
      const request = { container_id: containerId, cmd: command, timeout: timeoutSeconds };
      const reply = await call<Reply>("ExecSync", request, CALL_MS + timeoutSeconds * 1000);
      return {
        exitCode: reply.exit_code,
        output: Buffer.concat([reply.stdout, reply.stderr]).toString(),
      };
    },
  };
}

async function streamUrl(call: CriTransport["call"], request: StreamRequest): Promise<string> {
  switch (request.kind) {
    case "exec": {
      const { containerId, command, streams } = request;
      return urlOf("Exec", { container_id: containerId, cmd: command, ...streams });
    }
    case "attach":
      return urlOf("Attach", { container_id: request.containerId, ...request.streams });
    case "portForward":
      return urlOf("PortForward", { pod_sandbox_id: request.sandboxId, port: request.ports });
  }
  async function urlOf(method: string, message: object): Promise<string> {
    return (await call<{ url: string }>(method, message, CALL_MS)).url;
  }
}
