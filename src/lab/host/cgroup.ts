import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readMounts } from "./mounts.ts";

/**
 * A branch of the machine's cgroup tree that the lab made. Every process of a lab is born in it,
 * so whatever is found in it later belongs to the lab, whoever its parent was.
 */
export interface Cgroup {
  /** The path as containers are told it, from the root of the tree: `/berth/first`. */
  readonly path: string;
  /** The directories it stands for: one with cgroups v2, one a controller with v1. */
  readonly dirs: readonly string[];
}

/** The place of a branch. Makes nothing. */
export function cgroupAt(path: string): Cgroup {
  return { path, dirs: hierarchies().map((root) => `${root}${path}`) };
}

/** Moves a process, and thereby everything it will start, into a branch; makes the branch when there is none. */
export function joinCgroup(cgroup: Cgroup, pid: number): void {
  const entrance = openCgroup(cgroup);
  if (entrance !== undefined) writeFileSync(entrance, String(pid));
}

/**
 * The file through which processes move into a branch, by writing their number, or 0 for themselves; makes the branch
 * when there is none. Undefined on a machine without cgroups.
 */
export function openCgroup({ dirs }: Cgroup): string | undefined {
  // One hierarchy is enough to find them again. Version 1 controllers such as cpuset refuse members until they are set up.
  const dir = dirs.at(-1);
  if (dir === undefined) return undefined;
  mkdirSync(dir, { recursive: true });
  return `${dir}/cgroup.procs`;
}

/** Every process in a branch and below it. */
export function cgroupProcesses({ dirs }: Cgroup): Set<number> {
  const pids = new Set<number>();
  for (const dir of dirs.flatMap((top) => branches(top))) {
    for (const line of readLines(`${dir}/cgroup.procs`)) pids.add(Number(line));
  }
  return pids;
}

/** The first process of a container that a runtime has below a branch; undefined when it does not run. */
export function containerProcess({ dirs }: Cgroup, containerId: string): number | undefined {
  for (const dir of dirs.flatMap((top) => branches(top))) {
    if (!dir.endsWith(containerId)) continue;
    const pids = readLines(`${dir}/cgroup.procs`).map(Number);
    if (pids.length > 0) return Math.min(...pids);
  }
  return undefined;
}

/**
 * Removes a branch whose processes have ended, and its parents where nothing else is in them. The kernel lets go of a
 * branch a moment after its last process, so this waits, for 5 seconds at most. Answers whether the branch is gone.
 */
export async function removeCgroup({ path, dirs }: Cgroup): Promise<boolean> {
  const ROUNDS = 250;
  const POLL_MS = 20;
  for (let round = 0; round < ROUNDS; round++) {
    for (const dir of dirs.flatMap((top) => branches(top))) tryRemove(dir);
    if (!dirs.some((dir) => isOurs(dir))) {
      const depth = path.split("/").length - 2;
      for (const dir of dirs) removeParents(dir, depth);
      return true;
    }
    await sleep(POLL_MS);
  }
  return false;
}

function removeParents(dir: string, depth: number): void {
  let parent = dir;
  for (let level = 0; level < depth; level++) {
    parent = dirname(parent);
    tryRemove(parent);
  }
}

/** What is busy, or another user's, is left; whether the lab's own branches are gone is looked at afterwards. */
const LEFT: readonly (string | undefined)[] = ["ENOENT", "EBUSY", "ENOTEMPTY", "EACCES", "EPERM"];

function tryRemove(dir: string): void {
  try {
    rmdirSync(dir);
  } catch (error) {
    if (!LEFT.includes((error as NodeJS.ErrnoException).code)) throw error;
  }
}

/** The roots of the cgroup trees; the last one is where a process can always be put. */
function hierarchies(): string[] {
  const mounts = readMounts();
  const unified = mounts.filter(({ type }) => type === "cgroup2").map(({ path }) => path);
  const controllers = mounts.filter(({ type }) => type === "cgroup").map(({ path }) => path);
  return [...new Set([...controllers, ...unified])];
}

/** Whether a branch is there, and not that of another user's lab of the same name. */
function isOurs(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A directory and all below it, deepest first; none when it is not there, or another user's. */
function branches(dir: string): string[] {
  if (!isOurs(dir)) return [];
  const below = readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => branches(`${dir}/${entry.name}`));
  return [...below, dir];
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n").filter(Boolean);
  } catch (error) {
    // A branch can vanish between listing and reading: then it had no processes.
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENODEV") return [];
    throw error;
  }
}
