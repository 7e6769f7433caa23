import koffi from "koffi";

/** A program to run with its standard input from a file and its standard output into one. */
export interface ProgramRun {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdinFile: string;
  readonly stdoutFile: string;
}

/** How a program ended, and how long that took from before its start. */
export interface ProgramEnd {
  readonly tookMs: number;
  readonly status: number;
}

interface SpawnCalls {
  readonly init: (actions: Buffer) => number;
  readonly addOpen: (actions: Buffer, ...rest: [number, string, number, number]) => number;
  readonly destroy: (actions: Buffer) => number;
  readonly spawn: (pid: Int32Array, path: string, actions: Buffer, ...rest: SpawnRest) => number;
  readonly wait: (pid: number, status: Int32Array, options: number) => number;
}

type SpawnRest = [null, (string | null)[], (string | null)[]];

/** More than the size of posix_spawn_file_actions_t in the GNU C library, which is 80. */
const FILE_ACTIONS_BYTES = 256;
const O_RDONLY = 0;
const O_WRONLY_CREAT_TRUNC = 0o1101;

let loaded: SpawnCalls | undefined;

function spawnCalls(): SpawnCalls {
  if (loaded !== undefined) return loaded;
  const libc = koffi.load("libc.so.6");
  loaded = {
    init: libc.func("int posix_spawn_file_actions_init(void *)"),
    addOpen: libc.func(
      "int posix_spawn_file_actions_addopen(void *, int, const char *, int, uint)",
    ),
    destroy: libc.func("int posix_spawn_file_actions_destroy(void *)"),
    spawn: libc.func(
      "int posix_spawn(_Out_ int *, const char *, void *, void *, const char **, const char **)",
    ),
    wait: libc.func("int waitpid(int, _Out_ int *, int)"),
  };
  return loaded;
}

/**
 * Runs a program and waits for it, in the namespaces of this thread. By posix_spawn(3), which shares this process's memory with
 * the child until it runs its program, as runtimes do that are not Node: spawnSync() copies the page tables of all of Node
 * first, and that would be the larger part of what is measured.
 */
export function runProgram({ program, env, stdinFile, stdoutFile }: ProgramRun): ProgramEnd {
  const calls = spawnCalls();
  const actions = Buffer.alloc(FILE_ACTIONS_BYTES);
  succeed(calls.init(actions), "posix_spawn_file_actions_init");
  try {
    succeed(calls.addOpen(actions, 0, stdinFile, O_RDONLY, 0), "addopen");
    succeed(calls.addOpen(actions, 1, stdoutFile, O_WRONLY_CREAT_TRUNC, 0o600), "addopen");
    const pid = new Int32Array(1);
    const status = new Int32Array(1);
    const environment = Object.entries(env).map(([key, value]) => `${key}=${value}`);
    const startMs = performance.now();
    succeed(
      calls.spawn(pid, program, actions, null, [program, null], [...environment, null]),
      program,
    );
    calls.wait(pid[0] ?? 0, status, 0);
    return { tookMs: performance.now() - startMs, status: exitStatus(status[0] ?? 0) };
  } finally {
    calls.destroy(actions);
  }
}

/** The exit code, or 128 and the signal as shells have it: wait(2). */
function exitStatus(status: number): number {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}

function succeed(result: number, what: string): void {
  if (result !== 0) throw new Error(`${what} failed with errno ${result}`);
}
