/** Where one node's containerd keeps its things, and which plugins it calls. Absolute paths. */
export interface ContainerdPaths {
  /** Its Unix socket, for CRI and for `ctr`. */
  readonly socket: string;
  readonly configFile: string;
  /** Images and snapshots. */
  readonly root: string;
  /** Running things: sandboxes, mounts, the runtime's own state. */
  readonly state: string;
  readonly cniBinDir: string;
  readonly cniConfDir: string;
  readonly logFile: string;
}

/** The paths below a node's own directory. */
export function containerdPaths(nodeDir: string): ContainerdPaths {
  return {
    socket: `${nodeDir}/containerd.sock`,
    configFile: `${nodeDir}/containerd.toml`,
    root: `${nodeDir}/containerd/root`,
    state: `${nodeDir}/containerd/state`,
    cniBinDir: `${nodeDir}/cni/bin`,
    cniConfDir: `${nodeDir}/cni/net.d`,
    logFile: `${nodeDir}/containerd.log`,
  };
}

/** Plugins of containerd 1.6 and 1.7 that a lab node never uses; without them it starts in half the time. */
const UNUSED_PLUGINS = [
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.native",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.internal.v1.opt",
  "io.containerd.internal.v1.tracing",
  "io.containerd.tracing.processor.v1.otlp",
];

interface ConfigOptions {
  readonly paths: ContainerdPaths;
  readonly pauseImage: string;
  /** Where pods' namespaces get their names: `/run/netns` as it sees it, or below its own state. */
  readonly netnsIn: "/run/netns" | "state";
}

/**
 * containerd's configuration, format version 2 (containerd 1.6, 1.7).
 * `restrict_oom_score_adj`: the lab may run where a process can't make itself less likely to be killed.
 * `netns_mounts_under_state_dir`: without a `/run/netns` of its own, pods' namespaces lie below its own directory.
 */
export function containerdConfig({ paths, pauseImage, netnsIn }: ConfigOptions): string {
  return `version = 2
root = ${quote(paths.root)}
state = ${quote(paths.state)}
disabled_plugins = ${JSON.stringify(UNUSED_PLUGINS)}

[grpc]
  address = ${quote(paths.socket)}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${quote(pauseImage)}
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = ${String(netnsIn === "state")}
  tolerate_missing_hugetlb_controller = true
  disable_hugetlb_controller = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${quote(paths.cniBinDir)}
    conf_dir = ${quote(paths.cniConfDir)}
    max_conf_num = 1
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        Root = ${quote(`${paths.state}/runc`)}
        SystemdCgroup = false
`;
}

// A TOML basic string has the escapes of a JSON string.
function quote(text: string): string {
  return JSON.stringify(text);
}
