/** What names a pod to a runtime. */
export interface RuntimePodRef {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** One of the runtime's two conditions. */
export interface RuntimeCondition {
  readonly ready: boolean;
  /** A word, such as `NetworkPluginNotReady`; empty when ready. */
  readonly reason: string;
  /** The runtime's own text. */
  readonly message: string;
}

/** What a runtime says about itself. */
export interface RuntimeStatus {
  /** `containerd`. */
  readonly name: string;
  readonly version: string;
  readonly runtime: RuntimeCondition;
  readonly network: RuntimeCondition;
}

/** Which namespaces a pod shares with its node. */
export interface HostNamespaces {
  readonly network: boolean;
  readonly pid: boolean;
  readonly ipc: boolean;
}

/** A pod sandbox to be made: an address, a host name, an empty room for containers. */
export interface SandboxSpec extends RuntimePodRef {
  /** Counts the sandboxes made for the same pod, from 0. */
  readonly attempt: number;
  readonly hostname: string;
  readonly host: HostNamespaces;
  /** Whether the containers of the pod see each other's processes. */
  readonly sharedPid: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly dns: SandboxDns;
  readonly sysctls: Readonly<Record<string, string>>;
  /** Whether one of its containers is privileged. */
  readonly privileged: boolean;
  /** Where the logs of its containers go; empty when nothing is written. */
  readonly logDir: string;
}

/** What `/etc/resolv.conf` of a pod says. */
export interface SandboxDns {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** A directory or file of the node that a container sees. */
export interface RuntimeMount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readOnly: boolean;
  readonly propagation: "private" | "hostToContainer" | "bidirectional";
}

/** The cgroup limits of a container, in the kernel's units. */
export interface RuntimeResources {
  readonly cpuShares: number;
  /** Microseconds of a period of 100 ms; 0 for no limit. */
  readonly cpuQuotaUs: number;
  /** 0 for no limit. */
  readonly memoryBytes: number;
  readonly oomScoreAdj: number;
}

/** What a container may do. */
export interface RuntimeSecurity {
  readonly privileged: boolean;
  readonly readOnlyRoot: boolean;
  readonly noNewPrivileges: boolean;
  readonly addCapabilities: readonly string[];
  readonly dropCapabilities: readonly string[];
  /** Undefined for the image's. */
  readonly runAsUser: number | undefined;
  readonly runAsGroup: number | undefined;
  readonly supplementalGroups: readonly number[];
}

/** A container to be made in a sandbox. */
export interface ContainerSpec {
  readonly sandboxId: string;
  readonly sandbox: SandboxSpec;
  readonly name: string;
  /** Counts the containers of that name in the pod, from 0. */
  readonly attempt: number;
  /** The image's name, and the runtime's id of it. */
  readonly image: string;
  readonly imageId: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** Empty for the image's. */
  readonly workingDir: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly RuntimeMount[];
  readonly resources: RuntimeResources;
  readonly security: RuntimeSecurity;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  /** The end of the log's path below the sandbox's `logDir`. */
  readonly logPath: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The state of a container, as the runtime sees it. */
export type RuntimeContainerState =
  | { readonly kind: "created" }
  | { readonly kind: "running"; readonly startedMs: number }
  | {
      readonly kind: "exited";
      readonly startedMs: number;
      readonly finishedMs: number;
      readonly exitCode: number;
      /** `Completed`, `Error`, `OOMKilled`, `ContainerCannotRun`. */
      readonly reason: string;
      readonly message: string;
    }
  | { readonly kind: "unknown" };

/** A container that the runtime knows. */
export interface RuntimeContainer {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly image: string;
  readonly imageId: string;
  readonly createdMs: number;
  readonly state: RuntimeContainerState;
  /** Absolute; empty when there is none. */
  readonly logPath: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A sandbox that the runtime knows, with its containers. */
export interface RuntimeSandbox extends RuntimePodRef {
  readonly id: string;
  readonly attempt: number;
  readonly createdMs: number;
  readonly ready: boolean;
  /** The pod's addresses, the first the main one; empty for a pod on the host's network. */
  readonly addresses: readonly string[];
  readonly containers: readonly RuntimeContainer[];
}

/** An image that the runtime has. */
export interface RuntimeImage {
  readonly id: string;
  readonly names: readonly string[];
  readonly bytes: number;
}

/** What a command in a container said, and how it ended. */
export interface ExecOutcome {
  readonly exitCode: number;
  readonly output: string;
}

/** A session in a container or a pod, to be carried over the runtime's streaming server. */
export type StreamRequest =
  | {
      readonly kind: "exec";
      readonly containerId: string;
      readonly command: readonly string[];
      readonly streams: StreamFlags;
    }
  | { readonly kind: "attach"; readonly containerId: string; readonly streams: StreamFlags }
  | {
      readonly kind: "portForward";
      readonly sandboxId: string;
      readonly ports: readonly number[];
    };

/** Which streams a session has. */
export interface StreamFlags {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** What a runtime tells by itself. */
export type RuntimeEvent =
  /** Something of this pod has changed: look at it again. */
  | { readonly kind: "pod"; readonly uid: string }
  /** Its status may have changed. */
  | { readonly kind: "status" };

/**
 * The container runtime of a node, as a kubelet needs it. Every call rejects with a BerthError whose message is the
 * runtime's own text, because that text is what a person reads in events.
 */
export interface ContainerRuntime {
  /** Rejects when the runtime does not answer. */
  status(): Promise<RuntimeStatus>;
  /** Tells of changes until the returned function is called. The first listener gets nothing of what is there already. */
  onEvent(listener: (event: RuntimeEvent) => void): () => void;
  /** Every sandbox of one pod, or of all, the newest first. */
  list(uid?: string): Promise<readonly RuntimeSandbox[]>;
  /** Makes the namespaces and connects the pod to the network; answers the sandbox's id. */
  runSandbox(spec: SandboxSpec): Promise<string>;
  /** Disconnects the pod and ends all of its processes. No error when that is done already. */
  stopSandbox(sandboxId: string): Promise<void>;
  removeSandbox(sandboxId: string): Promise<void>;
  /** Undefined when the image is not there. */
  findImage(image: string): Promise<RuntimeImage | undefined>;
  pullImage(image: string): Promise<RuntimeImage>;
  images(): Promise<readonly RuntimeImage[]>;
  /** Answers the container's id. */
  createContainer(spec: ContainerSpec): Promise<string>;
  startContainer(containerId: string): Promise<void>;
  /** SIGTERM, and SIGKILL when `graceSeconds` have passed. */
  stopContainer(containerId: string, graceSeconds: number): Promise<void>;
  removeContainer(containerId: string): Promise<void>;
  /** Runs a command to its end; rejects when it takes longer. */
  exec(
    containerId: string,
    command: readonly string[],
    timeoutSeconds: number,
  ): Promise<ExecOutcome>;
  /** The address of a session on the runtime's streaming server: `http://127.0.0.1:PORT/…` in the node's namespace. */
  streamUrl(request: StreamRequest): Promise<string>;
  close(): void;
}
