import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BerthError } from "../../base/index.ts";
import { type Cgroup, joinCgroup, openCgroup } from "./cgroup.ts";

/** A process that can be told from a later one with the same number. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks between the machine's start and the process's. */
  readonly startTicks: number;
}

/** A program to be run as a process of its own, which outlives this one. */
export interface ProgramSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Standard output and error are appended here. */
  readonly logFile: string;
  readonly cgroup: Cgroup;
  /** The file of the network namespace it runs in. */
  readonly netns: string;
  /**
   * Directories that it sees in place of the machine's, by the path at which it sees them. It then has a mount namespace of
   * its own, whose mounts end with its last process; mounts that are made below these reach the processes it starts.
   */
  readonly ownDirs?: Readonly<Record<string, string>> | undefined;
}

/** A running program. */
export interface Program {
  readonly id: ProcessId;
  /** Resolves when it has ended, with how: `exit code 1`, `signal SIGKILL`. */
  readonly ended: Promise<string>;
}

/**
 * What a process does before it is the program: it moves itself into the cgroup. If only its parent did that, a parent
 * that is killed right after the fork would leave a process that no clean-up finds.
 */
const BORN_IN_CGROUP = 'echo 0 >"$0" && exec nsenter "$@"';

/** Starts a program in a network namespace. Each step replaces itself by the next, so the process is the program. */
export async function startProgram(spec: ProgramSpec): Promise<Program> {
  const entrance = openCgroup(spec.cgroup) ?? "/dev/null";
  const inside = [`--net=${spec.netns}`, "--", ...withOwnDirs(spec), spec.command, ...spec.args];
  const log = openSync(spec.logFile, "a");
  const child = spawn("sh", ["-c", BORN_IN_CGROUP, entrance, ...inside], {
    detached: true,
    stdio: ["ignore", log, log],
    env: spec.env,
  });
  closeSync(log);
  // Here too, for a clean-up in this process that does not wait for the child to get so far.
  if (child.pid !== undefined) joinCgroup(spec.cgroup, child.pid);
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve(signal === null ? `exit code ${code ?? 0}` : `signal ${signal}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) => {
      const message = `Cannot start ${spec.command} in ${spec.netns}: ${cause.message}`;
      const fix = `Programs are looked up in PATH, which is \`${spec.env["PATH"] ?? ""}\` there.`;
      reject(new BerthError("labStart", message, { fix, cause }));
    });
  });
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new RangeError("a spawned process has a number");
  const startTicks = startTicksOf(pid) ?? 0;
  return { id: { pid, startTicks }, ended };
}

/** The words before a program's own that give it its own directories; each replaces itself by the next. */
function withOwnDirs({ ownDirs = {} }: ProgramSpec): string[] {
  const pairs = Object.entries(ownDirs);
  if (pairs.length === 0) return [];
  // Private first: as a member of the machine's own group of mounts it would hand everything on to the machine.
  const bind =
    'mount --bind "$2" "$1" && mount --make-private "$1" && mount --make-shared "$1" && shift 2';
  const script = [...pairs.map(() => bind), 'exec "$@"'].join(" && ");
  return [
    ...["unshare", "--mount", "--propagation", "slave", "--", "sh", "-c", script, "sh"],
    ...pairs.flat(),
  ];
}

/** This process. */
export function currentProcess(): ProcessId {
  return { pid: process.pid, startTicks: startTicksOf(process.pid) ?? 0 };
}

/** Whether the very process still runs. */
export function isRunning({ pid, startTicks }: ProcessId): boolean {
  return startTicksOf(pid) === startTicks;
}

/** Sends a signal to the very process; false when it has ended already. */
export function signalProcess(id: ProcessId, signal: NodeJS.Signals): boolean {
  return isRunning(id) && send(id.pid, signal);
}

/** Ends every process that `list` finds, again and again until it finds none: a dying process may have started another. */
export async function killAll(list: () => Iterable<number>): Promise<void> {
  const POLL_MS = 10;
  const ROUNDS = 1000;
  for (let round = 0; round < ROUNDS; round++) {
    const pids = [...list()].filter((pid) => pid !== process.pid && isAlive(pid));
    if (pids.length === 0) return;
    for (const pid of pids) send(pid, "SIGKILL");
    await sleep(POLL_MS);
  }
  const pids = [...list()];
  const message = `Cannot end the lab's processes ${pids.join(", ")}: they don't react to SIGKILL.`;
  const fix = "They wait for the kernel, usually for a device; `berth lab down` again later.";
  throw new BerthError("labDown", message, { fix, facts: { pids } });
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  const state = statFields(pid)?.[0];
  // A zombie has ended; only its parent has not asked yet.
  return state !== undefined && state !== "Z" && state !== "X";
}

function startTicksOf(pid: number): number | undefined {
  const fields = statFields(pid);
  if (fields === undefined || fields[0] === "Z") return undefined;
  return Number(fields[19]);
}

/** The fields of proc_pid_stat(5) from the third (state) on; the second may hold spaces and brackets. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
