import { type CriTransport, openCriTransport } from "./cri-transport.ts";

/** What names a pod to the runtime. `attempt` counts the sandboxes made for the same pod, from 0. */
export interface SandboxName {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly attempt: number;
}

/** A pod sandbox to be made: an address, a host name, an empty room for containers. */
export interface SandboxSpec extends SandboxName {
  /** The cgroup below which the pod's cgroups are made, such as `/berth/first/pods`. */
  readonly cgroupParent: string;
  readonly logDir: string;
}

/** A sandbox as the runtime lists it. */
export interface Sandbox extends SandboxName {
  readonly id: string;
  readonly ready: boolean;
}

/** A container to be started in a sandbox. */
export interface ContainerSpec {
  readonly sandboxId: string;
  readonly sandbox: SandboxSpec;
  readonly name: string;
  readonly image: string;
}

/** What a command in a container said, and how it ended. */
export interface ExecResult {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly exitCode: number;
}

/**
 * One node's container runtime, by the Container Runtime Interface v1. Every call rejects with a BerthError of code
 * `cri` that carries the runtime's own words. Deadlines are the kubelet's: 2 minutes, and 4 for a sandbox.
 */
export interface Cri {
  /** Resolves when the runtime answers and says that it is ready; the network may still be missing. */
  ready(): Promise<boolean>;
  /** Whether the runtime has loaded a CNI configuration. */
  networkReady(): Promise<boolean>;
  hasImage(image: string): Promise<boolean>;
  /** Makes the namespaces, calls the CNI plugin's ADD and starts the pause container. */
  runSandbox(spec: SandboxSpec): Promise<{ readonly sandboxId: string }>;
  sandboxAddress(sandboxId: string): Promise<string>;
  /** Calls the CNI plugin's DEL and ends all of the sandbox's processes. No error when that is done already. */
  stopSandbox(sandboxId: string): Promise<void>;
  removeSandbox(sandboxId: string): Promise<void>;
  listSandboxes(): Promise<readonly Sandbox[]>;
  /** Creates a container and starts it. */
  startContainer(spec: ContainerSpec): Promise<{ readonly containerId: string }>;
  runningContainers(sandboxId: string): Promise<readonly { id: string; name: string }[]>;
  /** SIGTERM, and SIGKILL when `graceSeconds` have passed. */
  stopContainer(containerId: string, graceSeconds: number): Promise<void>;
  exec(containerId: string, command: readonly string[]): Promise<ExecResult>;
  close(): void;
}

const CALL_MS = 120_000;
const SANDBOX_MS = 240_000;

interface SandboxMessage {
  readonly id: string;
  readonly state: "SANDBOX_READY" | "SANDBOX_NOTREADY";
  readonly metadata: SandboxName;
}

/** Opens the runtime that listens on a Unix socket; connects when first used. */
export function openCri(socket: string): Cri {
  const transport = openCriTransport(socket);
  return {
    ...runtimeCalls(transport),
    ...sandboxCalls(transport),
    ...containerCalls(transport),
    close: transport.close,
  };
}

function runtimeCalls({ call }: CriTransport): Pick<Cri, "ready" | "networkReady" | "hasImage"> {
  async function condition(type: string): Promise<boolean> {
    interface Reply {
      readonly status: { readonly conditions: readonly { type: string; status: boolean }[] };
    }
    const { status } = await call<Reply>("Status", {}, CALL_MS);
    return status.conditions.some((each) => each.type === type && each.status);
  }
  return {
    ready: () => condition("RuntimeReady"),
    networkReady: () => condition("NetworkReady"),
    async hasImage(image) {
      const request = { image: { image } };
      const reply = await call<{ image: object | null }>("ImageStatus", request, CALL_MS);
      return reply.image !== null;
    },
  };
}

type SandboxCalls = Pick<
  Cri,
  "runSandbox" | "sandboxAddress" | "stopSandbox" | "removeSandbox" | "listSandboxes"
>;

function sandboxCalls({ call }: CriTransport): SandboxCalls {
  return {
    async runSandbox(spec) {
      const request = { config: sandboxConfig(spec) };
      const reply = await call<{ pod_sandbox_id: string }>("RunPodSandbox", request, SANDBOX_MS);
      return { sandboxId: reply.pod_sandbox_id };
    },
    async sandboxAddress(sandboxId) {
      interface Reply {
        readonly status: { readonly network: { readonly ip: string } | null };
      }
      const request = { pod_sandbox_id: sandboxId };
      const { status } = await call<Reply>("PodSandboxStatus", request, CALL_MS);
      return status.network?.ip ?? "";
    },
    async stopSandbox(sandboxId) {
      await call("StopPodSandbox", { pod_sandbox_id: sandboxId }, SANDBOX_MS);
    },
    async removeSandbox(sandboxId) {
      await call("RemovePodSandbox", { pod_sandbox_id: sandboxId }, CALL_MS);
    },
    async listSandboxes() {
      interface Reply {
        readonly items: readonly SandboxMessage[];
      }
      const { items } = await call<Reply>("ListPodSandbox", {}, CALL_MS);
      return items.map(({ id, state, metadata }) => ({
        ...metadata,
        id,
        ready: state === "SANDBOX_READY",
      }));
    },
  };
}

type ContainerCalls = Pick<Cri, "startContainer" | "runningContainers" | "stopContainer" | "exec">;

function containerCalls({ call }: CriTransport): ContainerCalls {
  return {
    async startContainer(spec) {
      const request = containerRequest(spec);
      const reply = await call<{ container_id: string }>("CreateContainer", request, CALL_MS);
      await call("StartContainer", { container_id: reply.container_id }, CALL_MS);
      return { containerId: reply.container_id };
    },
    async runningContainers(sandboxId) {
      interface Reply {
        readonly containers: readonly { id: string; state: string; metadata: { name: string } }[];
      }
      const request = { filter: { pod_sandbox_id: sandboxId } };
      const { containers } = await call<Reply>("ListContainers", request, CALL_MS);
      return containers
        .filter(({ state }) => state === "CONTAINER_RUNNING")
        .map(({ id, metadata }) => ({ id, name: metadata.name }));
    },
    async stopContainer(containerId, graceSeconds) {
      await call("StopContainer", { container_id: containerId, timeout: graceSeconds }, CALL_MS);
    },
    async exec(containerId, command) {
      interface Reply {
        readonly stdout: Buffer;
        readonly stderr: Buffer;
        readonly exit_code: number;
      }
      const request = { container_id: containerId, cmd: command, timeout: CALL_MS / 1000 };
      const reply = await call<Reply>("ExecSync", request, CALL_MS);
      return { stdout: reply.stdout, stderr: reply.stderr, exitCode: reply.exit_code };
    },
  };
}

// A kubelet asks for a process namespace for each container; so does the lab.
const NAMESPACES = { network: "POD", pid: "CONTAINER", ipc: "POD" };

function sandboxConfig(spec: SandboxSpec): object {
  const { namespace, name, uid, attempt, cgroupParent, logDir } = spec;
  return {
    metadata: { name, uid, namespace, attempt },
    hostname: name,
    log_directory: logDir,
    dns_config: { servers: [], searches: [], options: [] },
    // The names by which a kubelet labels sandboxes; CNI plugins get them as K8S_POD_NAME and so on.
    labels: {
      "io.kubernetes.pod.name": name,
      "io.kubernetes.pod.namespace": namespace,
      "io.kubernetes.pod.uid": uid,
    },
    linux: {
      cgroup_parent: cgroupParent,
      security_context: { namespace_options: NAMESPACES },
    },
  };
}

function containerRequest({ sandboxId, sandbox, name, image }: ContainerSpec): object {
  return {
    pod_sandbox_id: sandboxId,
    config: {
      metadata: { name, attempt: 0 },
      image: { image },
      labels: { "io.kubernetes.container.name": name },
      log_path: `${name}.log`,
      linux: { security_context: { namespace_options: NAMESPACES } },
    },
    sandbox_config: sandboxConfig(sandbox),
  };
}
