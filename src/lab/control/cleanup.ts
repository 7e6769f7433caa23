import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { BerthError } from "../../base/index.ts";
import { deleteNetns } from "../../dataplane/index.ts";
import { containerdPaths } from "../containerd/config-file.ts";
import { cgroupProcesses, removeCgroup } from "../host/cgroup.ts";
import { unmountBelow } from "../host/mounts.ts";
import { killAll } from "../host/process.ts";
import type { StateDir } from "./state-dir.ts";

/**
 * Removes all that a lab has made: processes, mounts, network namespaces, cgroups, files. Needs nothing but the lab's
 * directory, so it works after any crash, and again after a clean-up that was itself cut short.
 */
export async function cleanUp(dir: StateDir): Promise<void> {
  // A lab of the same name may have another directory; what is its own must not be touched.
  if (!existsSync(dir.path) && dir.rememberedNetns().length === 0) return;
  const { cgroup } = dir;
  await killAll(() => cgroupProcesses(cgroup));
  const sockets = shimSockets(dir);
  unmountBelow(dir.path);
  for (const name of dir.rememberedNetns()) deleteNetns(name);
  for (const socket of sockets) rmSync(socket, { force: true });
  removeEmptyParents(sockets);
  if (!(await removeCgroup(cgroup))) {
    throw new BerthError("labDown", `Cannot remove the lab's cgroup ${cgroup.path}.`, {
      fix: "Something in it is still ending; run `berth lab down` again in a moment.",
      facts: { dirs: cgroup.dirs },
    });
  }
  dir.remove();
}

/**
 * The sockets of containerd's shims, which lie outside the lab's directory. A shim makes its socket before anything that names
 * it, so that is worked out as containerd does (runtime/v2/shim/util_unix.go, SocketAddress): from its own socket, the
 * namespace and the id, which are also the path of the task's directory.
 */
function shimSockets(dir: StateDir): string[] {
  return below(dir.path, ["nodes", "*"]).flatMap((node) => {
    const { socket, state } = containerdPaths(node);
    return below(`${state}/${TASKS}`, ["*", "*"]).map((task) => {
      const [namespace, id] = task.split("/").slice(-2);
      const hash = createHash("sha256").update(`${socket}/${namespace ?? ""}/${id ?? ""}`);
      return `${SHIM_SOCKETS}/${hash.digest("hex")}`;
    });
  });
}

const SHIM_SOCKETS = "/run/containerd/s";

const TASKS = "io.containerd.runtime.v2.task";

/** The existing paths that fit a pattern, in which `*` is any name. */
function below(dir: string, [part, ...rest]: readonly string[]): string[] {
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
