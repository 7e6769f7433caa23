import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { BerthError } from "../base/index.ts";
import { KernelError } from "./kernel-error.ts";
import { bringLoopbackUp } from "./loopback.ts";
import { lastErrno, systemCalls } from "./system-calls.ts";

/** Where namespaces have names, as for `ip netns`. */
export const NETNS_DIRECTORY = "/run/netns";

/** The namespace of the calling thread. */
export const OWN_NETNS = "/proc/thread-self/ns/net";

const CLONE_NEWNET = 0x4000_0000;
const MS_BIND = 0x1000;
const MNT_DETACH = 2;
/** File systems whose files are namespaces (linux/magic.h): nsfs, and procfs on kernels before 3.19. */
const NAMESPACE_FILE_SYSTEMS: readonly number[] = [0x6e73_6673, 0x9fa0];

/** The path of a named namespace. */
export function netnsPath(name: string): string {
  return `${NETNS_DIRECTORY}/${name}`;
}

/** The names under {@link NETNS_DIRECTORY}, sorted. Whether each is alive is not checked. */
export function listNetns(): string[] {
  try {
    return readdirSync(NETNS_DIRECTORY).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Whether the path is a namespace that can be entered. */
export function isNamespacePath(path: string): boolean {
  try {
    return NAMESPACE_FILE_SYSTEMS.includes(statfsSync(path).type);
  } catch {
    return false;
  }
}

/** Whether two paths are the same namespace. Throws what `stat` throws when one is missing. */
export function sameNamespace(a: string, b: string): boolean {
  const [first, second] = [statSync(a), statSync(b)];
  return first.dev === second.dev && first.ino === second.ino;
}

/** Opens a namespace. The descriptor keeps it alive; close it with `closeSync`. Code "netnsMissing" when absent. */
export function openNetns(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY);
  } catch (cause) {
    throw new BerthError("netnsMissing", `Cannot open the network namespace ${path}.`, {
      fix: "Check that the pod or node it belongs to still runs; its namespace ends with it.",
      facts: { netns: path },
      cause,
    });
  }
}

/**
 * Runs `action` inside a namespace, and comes back. `action` must be synchronous: only this thread changes, so
 * asynchronous file operations and promises would run outside. Child processes started synchronously inside stay inside.
 * If coming back fails, the process is aborted, because everything it does later would hit the wrong namespace.
 * Without a path, `action` runs where we are.
 */
export function withNetns<T>(path: string | undefined, action: () => T): T {
  if (path === undefined) return action();
  const target = openNetns(path);
  try {
    const home = openNetns(OWN_NETNS);
    try {
      enter(target, path);
      try {
        return action();
      } finally {
        goBack(home);
      }
    } finally {
      closeSync(home);
    }
  } finally {
    closeSync(target);
  }
}

/**
 * Makes a namespace with its loopback up, named under {@link NETNS_DIRECTORY}, and returns its path.
 * EEXIST (code "netnsExists") when the name is taken.
 */
export function createNetns(name: string): string {
  const path = netnsPath(name);
  mkdirSync(NETNS_DIRECTORY, { recursive: true });
  try {
    writeFileSync(path, "", { flag: "wx", mode: 0o444 });
  } catch (cause) {
    throw new BerthError("netnsExists", `Cannot create the network namespace ${path}.`, {
      fix: `Check that the name is not taken and that you are root; \`ip netns del ${name}\` removes it.`,
      facts: { netns: path },
      cause,
    });
  }
  try {
    inFreshNetns(() => {
      check(systemCalls().mount(OWN_NETNS, path, null, MS_BIND, null), `name ${path}`);
      bringLoopbackUp();
    });
  } catch (error) {
    deleteNetns(name);
    throw error;
  }
  return path;
}

/**
 * Removes a name under {@link NETNS_DIRECTORY}. The namespace itself ends with its last process, descriptor or mount.
 * Returns false when there was no such name.
 */
export function deleteNetns(name: string): boolean {
  const path = netnsPath(name);
  // A name whose mount failed or was lost is an ordinary file; unmounting that is refused, and unlinking is enough.
  systemCalls().umount2(path, MNT_DETACH);
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function inFreshNetns(action: () => void): void {
  const home = openNetns(OWN_NETNS);
  try {
    check(systemCalls().unshare(CLONE_NEWNET), "make a network namespace");
    try {
      action();
    } finally {
      goBack(home);
    }
  } finally {
    closeSync(home);
  }
}

function enter(fd: number, path: string): void {
  check(systemCalls().setns(fd, CLONE_NEWNET), `enter the network namespace ${path}`);
}

function goBack(home: number): void {
  if (systemCalls().setns(home, CLONE_NEWNET) !== 0) process.abort();
}

function check(result: number, what: string): void {
  if (result < 0) throw new KernelError({ what, errno: lastErrno() });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
