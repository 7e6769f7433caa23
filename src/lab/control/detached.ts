import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BerthError } from "../../base/index.ts";
import { openLabClient } from "./control-client.ts";
import { StateDir } from "./state-dir.ts";
import type { LabStatus } from "./status.ts";

/** What it takes to start a lab as a process of its own. */
export interface DetachedOptions {
  /** The words that run Berth. */
  readonly berth: readonly [string, ...string[]];
  readonly file: string;
  /** The words that `lab up` is given beside `--file`. */
  readonly options?: readonly string[];
  readonly name: string;
  readonly stateRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

const POLL_MS = 50;

/**
 * Starts `berth lab up` in the background and resolves when the lab is up. Its words are passed on until then. The signal
 * ends it while it starts; then this waits until it has cleaned up, and throws `labStart`, as when it fails.
 */
export async function startDetached(options: DetachedOptions): Promise<LabStatus> {
  const { berth, file, env, signal } = options;
  const words = ["lab", "up", "--file", file, ...(options.options ?? [])];
  const output = openOutput();
  const child = spawn(berth[0], [...berth.slice(1), ...words], {
    detached: true,
    // The result of `lab up` is for this process to give.
    stdio: ["ignore", "ignore", output],
    env,
  });
  child.unref();
  // An exit code, or the signal that has ended it.
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const end = (): void => {
    child.kill("SIGTERM");
  };
  signal.addEventListener("abort", end, { once: true });
  try {
    return await untilUp(options, { pid: child.pid, output, hasEnded });
  } finally {
    signal.removeEventListener("abort", end);
    closeSync(output);
  }
}

interface Child {
  /** Undefined when it could not be started; it has ended then. */
  readonly pid: number | undefined;
  readonly output: number;
  readonly hasEnded: () => boolean;
}

async function untilUp(
  options: DetachedOptions,
  { pid, output, hasEnded }: Child,
): Promise<LabStatus> {
  const { stateRoot, name, signal, progress } = options;
  const client = openLabClient(new StateDir(stateRoot, name).controlSocket);
  const passOn = newReader(output);
  for (;;) {
    const over = hasEnded();
    const words = passOn();
    if (words !== "") progress(words);
    if (over) throw startFailure(name, signal);
    const now = await client.state().catch(() => undefined);
    // Another lab of that name may be the one that answers: then the child is about to refuse.
    if (now?.state === "running" && now.pid === pid && !signal.aborted) return client.status();
    await sleep(POLL_MS);
  }
}

function startFailure(name: string, { aborted }: AbortSignal): BerthError {
  if (!aborted) {
    return new BerthError("labStart", `Lab ${name} ended while it was starting.`, {
      fix: "Its own words above say what to do.",
    });
  }
  return new BerthError("labStart", `Lab ${name} was interrupted while it was starting.`, {
    fix: "`berth lab up` starts it again.",
  });
}

/** A file without a name: gone when both processes have closed it. */
function openOutput(): number {
  const dir = mkdtempSync(join(tmpdir(), "berth-"));
  const output = openSync(join(dir, "output"), "a+", 0o600);
  rmSync(dir, { recursive: true });
  return output;
}

/** Reads what has been appended to a file since the last time. */
function newReader(fd: number): () => string {
  let position = 0;
  return () => {
    const buffer = Buffer.alloc(65_536);
    const count = readSync(fd, buffer, 0, buffer.length, position);
    position += count;
    return buffer.toString("utf8", 0, count);
  };
}
