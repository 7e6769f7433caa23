import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { type Cgroup, cgroupProcesses } from "../host/cgroup.ts";
import { unmountBelow } from "../host/mounts.ts";
import { killAll } from "../host/process.ts";
import { machineDirs } from "./machine-dirs.ts";

/** What machines may have left, to be found without knowing anything of them but where they kept their things. */
export interface MachineRemains {
  /** The directories of the machines, one each. */
  readonly dirs: readonly string[];
  /** Whoever is in it belongs to them. */
  readonly cgroup: Cgroup;
  /** Whatever is mounted below it is theirs. */
  readonly mountRoot: string;
}

/** Ends the processes of machines, and removes their mounts and the sockets that lie elsewhere. Their directories stay. */
export async function endMachines({ dirs, cgroup, mountRoot }: MachineRemains): Promise<void> {
  await killAll(() => cgroupProcesses(cgroup));
  // Now, as what they are named after goes with the mounts.
  const sockets = dirs.flatMap(shimSockets);
  unmountBelow(mountRoot);
  for (const socket of sockets) rmSync(socket, { force: true });
  removeEmptyParents(sockets);
}

/**
 * The sockets of containerd's shims, which lie outside the lab's directory. A shim makes its socket before anything that names
 * it, so that is worked out as containerd does (runtime/v2/shim/util_unix.go, SocketAddress): from its own socket, the
 * namespace and the id, which are also the path of the task's directory.
 */
function shimSockets(machineDir: string): string[] {
  const { socket, state } = machineDirs(machineDir).containerd;
  return below(`${state}/${TASKS}`, ["*", "*"]).map((task) => {
    const [namespace, id] = task.split("/").slice(-2);
    const hash = createHash("sha256").update(`${socket}/${namespace ?? ""}/${id ?? ""}`);
    return `${SHIM_SOCKETS}/${hash.digest("hex")}`;
  });
}

const SHIM_SOCKETS = "/run/containerd/s";

const TASKS = "io.containerd.runtime.v2.task";

/** The existing paths that fit a pattern, in which `*` is any name. */
export function below(dir: string, [part, ...rest]: readonly string[]): string[] {
  if (part === undefined) return [dir];
  if (!existsSync(dir)) return [];
  const names = part === "*" ? readdirSync(dir) : [part];
  return names
    .map((name) => `${dir}/${name}`)
    .filter((path) => existsSync(path))
    .flatMap((path) => below(path, rest));
}

/** `/run/containerd/s` and `/run/containerd`, when nobody else has anything in them. */
function removeEmptyParents(sockets: readonly string[]): void {
  const parents = new Set(sockets.map((socket) => dirname(socket)));
  for (const parent of [...parents].flatMap((dir) => [dir, dirname(dir)])) {
    try {
      rmdirSync(parent);
    } catch {
      // In use by another containerd.
    }
  }
}
