import { containerdPaths, type ContainerdPaths } from "../containerd/config-file.ts";

/** Where one machine keeps its things on this one. Absolute paths. */
export interface MachineDirs {
  readonly root: string;
  readonly containerd: ContainerdPaths;
  /** `/var/run/berth` of the node: the agent's sockets and checkpoint. */
  readonly run: string;
  /** `/run/netns` of the node: the namespaces of its pods. */
  readonly netns: string;
  /** `/var/log/pods` of the node. */
  readonly logs: string;
  /** `/var/lib/kubelet/pods` of the node: volumes. */
  readonly volumes: string;
  /** All else of the node's own file system. */
  readonly disk: string;
}

/** The directories below a machine's own. */
export function machineDirs(root: string): MachineDirs {
  return {
    root,
    containerd: containerdPaths(root),
    run: `${root}/run`,
    netns: `${root}/netns`,
    logs: `${root}/log/pods`,
    volumes: `${root}/volumes`,
    disk: `${root}/disk`,
  };
}

/** The socket of the agent for the CNI plugin. */
export function cniSocket({ run }: MachineDirs): string {
  return `${run}/cni.sock`;
}

/** Parts of this machine that its nodes see as they are. */
const SHARED = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/dev", "/proc", "/sys", "/run/netns"];

/**
 * The file system of a node as its volumes of kind `hostPath` see it: programs and devices are this machine's, everything
 * else is the node's own, so no pod reads or writes this machine's /etc or /var. `shared` are further directories that stay
 * what they are: Berth's own sources.
 */
export function hostPathOf(dirs: MachineDirs, shared: readonly string[]): (path: string) => string {
  const own: readonly (readonly [path: string, dir: string])[] = [
    ["/etc/cni/net.d", dirs.containerd.cniConfDir],
    ["/opt/cni/bin", dirs.containerd.cniBinDir],
    ["/run/berth", dirs.run],
    ["/var/log/pods", dirs.logs],
    ["/var/lib/kubelet/pods", dirs.volumes],
  ];
  return (given) => {
    const path = `/${given.split("/").filter(isName).join("/")}`.replace(/^\/var\/run\b/, "/run");
    if ([...shared, ...SHARED].some((dir) => isInside(path, dir))) return path;
    const found = own.find(([dir]) => isInside(path, dir));
    return found === undefined
      ? `${dirs.disk}${path}`
      : `${found[1]}${path.slice(found[0].length)}`;
  };
}

// Kubernetes refuses `..` in a hostPath; whoever gets here with one stays where he is.
function isName(part: string): boolean {
  return part !== "" && part !== "." && part !== "..";
}

function isInside(path: string, dir: string): boolean {
  return path === dir || path.startsWith(`${dir}/`);
}
