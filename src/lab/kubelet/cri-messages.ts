import type {
  ContainerSpec,
  RuntimeContainer,
  RuntimeImage,
  RuntimeMount,
  SandboxSpec,
} from "./runtime.ts";

/** A container as CRI's ContainerStatus tells it. Times are nanoseconds since 1970. */
export interface ContainerStatusMessage {
  readonly id: string;
  readonly metadata: { readonly name: string; readonly attempt: number };
  readonly state: string;
  readonly created_at: number;
  readonly started_at: number;
  readonly finished_at: number;
  readonly exit_code: number;
  readonly image: { readonly image: string } | null;
  readonly image_ref: string;
  readonly reason: string;
  readonly message: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly log_path: string;
}

/** An image as CRI tells it. */
export interface ImageMessage {
  readonly id: string;
  readonly repo_tags: readonly string[];
  readonly repo_digests: readonly string[];
  readonly size: number;
}

const NS_PER_MS = 1e6;

const PROPAGATION: Readonly<Record<RuntimeMount["propagation"], string>> = {
  private: "PROPAGATION_PRIVATE",
  hostToContainer: "PROPAGATION_HOST_TO_CONTAINER",
  bidirectional: "PROPAGATION_BIDIRECTIONAL",
};

/** What containers without privileges must not see or change of /proc and /sys: the lists of the OCI runtime spec. */
const MASKED_PATHS = [
  "/proc/asound",
  "/proc/acpi",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
];
const READ_ONLY_PATHS = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/** CRI's PodSandboxConfig. */
export function sandboxMessage(spec: SandboxSpec, cgroupParent: string): object {
  const { namespace, name, uid, attempt } = spec;
  return {
    metadata: { name, uid, namespace, attempt },
    hostname: spec.host.network ? "" : spec.hostname,
    log_directory: spec.logDir,
    dns_config: spec.dns,
    labels: spec.labels,
    annotations: spec.annotations,
    linux: {
      cgroup_parent: cgroupParent,
      security_context: {
        namespace_options: namespacesOf(spec),
        privileged: spec.privileged,
      },
      sysctls: spec.sysctls,
    },
  };
}

/** CRI's ContainerConfig. */
export function containerMessage(spec: ContainerSpec): object {
  const { security, resources } = spec;
  const masks = security.privileged
    ? {}
    : { masked_paths: MASKED_PATHS, readonly_paths: READ_ONLY_PATHS };
  return {
    metadata: { name: spec.name, attempt: spec.attempt },
    image: { image: spec.imageId },
    command: spec.command,
    args: spec.args,
    working_dir: spec.workingDir,
    envs: spec.env.map(({ name, value }) => ({ key: name, value })),
    mounts: spec.mounts.map((mount) => ({
      container_path: mount.containerPath,
      host_path: mount.hostPath,
      readonly: mount.readOnly,
      propagation: PROPAGATION[mount.propagation],
    })),
    labels: spec.labels,
    annotations: spec.annotations,
    log_path: spec.logPath,
    stdin: spec.stdin,
    stdin_once: spec.stdinOnce,
    tty: spec.tty,
    linux: {
      resources: {
        cpu_period: resources.cpuQuotaUs === 0 ? 0 : 100_000,
        cpu_quota: resources.cpuQuotaUs,
        cpu_shares: resources.cpuShares,
        memory_limit_in_bytes: resources.memoryBytes,
        oom_score_adj: resources.oomScoreAdj,
      },
      security_context: {
        capabilities: {
          add_capabilities: security.addCapabilities,
          drop_capabilities: security.dropCapabilities,
        },
        privileged: security.privileged,
        namespace_options: namespacesOf(spec.sandbox),
        ...(security.runAsUser === undefined ? {} : { run_as_user: { value: security.runAsUser } }),
        ...(security.runAsGroup === undefined
          ? {}
          : { run_as_group: { value: security.runAsGroup } }),
        readonly_rootfs: security.readOnlyRoot,
        supplemental_groups: security.supplementalGroups,
        no_new_privs: security.noNewPrivileges,
        ...masks,
      },
    },
  };
}

function namespacesOf({ host, sharedPid }: SandboxSpec): object {
  return {
    network: host.network ? "NODE" : "POD",
    pid: host.pid ? "NODE" : sharedPid ? "POD" : "CONTAINER",
    ipc: host.ipc ? "NODE" : "POD",
  };
}

/** A container in the kubelet's words. */
export function containerFromMessage(status: ContainerStatusMessage): RuntimeContainer {
  return {
    id: status.id,
    name: status.metadata.name,
    attempt: status.metadata.attempt,
    image: status.image?.image ?? "",
    imageId: status.image_ref,
    createdMs: msOf(status.created_at),
    state: stateOf(status),
    logPath: status.log_path,
    annotations: status.annotations,
  };
}

function stateOf(status: ContainerStatusMessage): RuntimeContainer["state"] {
  switch (status.state) {
    case "CONTAINER_CREATED":
      return { kind: "created" };
    case "CONTAINER_RUNNING":
      return { kind: "running", startedMs: msOf(status.started_at) };
    case "CONTAINER_EXITED":
      return {
        kind: "exited",
        startedMs: msOf(status.started_at),
        finishedMs: msOf(status.finished_at),
        exitCode: status.exit_code,
        reason: status.reason,
        message: status.message,
      };
    default:
      return { kind: "unknown" };
  }
}

/** An image in the kubelet's words. */
export function imageFromMessage(image: ImageMessage): RuntimeImage {
  return {
    id: image.id,
    names: [...image.repo_digests, ...image.repo_tags],
    bytes: image.size,
  };
}

function msOf(ns: number): number {
  return Math.floor(ns / NS_PER_MS);
}
