import { execFile, type ExecFileException } from "node:child_process";

/** What a command printed and how it ended. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | undefined;
  /** It is ended after so long; 110 s when left out. */
  readonly withinMs?: number;
}

/** Runs a program; its end may be any. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { env = process.env, input, withinMs: timeout = 110_000 }: RunOptions,
): Promise<Ended> {
  const options = { env, maxBuffer: 64 << 20, timeout };
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...args],
      options,
      (error: ExecFileException | null, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === "number" ? error.code : 255;
        resolve({ status, stdout, stderr });
      },
    );
    child.stdin?.end(input ?? "");
  });
}

/** What it printed; an error that shows all of it if it has failed. */
export function succeeded(line: string, { status, stdout, stderr }: Ended): string {
  if (status !== 0) throw new Error(`\`${line}\` ended with ${status}:\n${stderr}${stdout}`);
  return stdout;
}
