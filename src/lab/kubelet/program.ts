import type { ContainerSpec, ExecOutcome } from "./runtime.ts";

/** Something of this process that runs in a container of a runtime in memory. */
export interface Program {
  /** Its exit code, when it ends by itself or is stopped. Never rejects. */
  readonly ended: Promise<number>;
  /** Where its output is, in the log format of the CRI; absolute, or empty when there is none. */
  readonly logPath: string;
  /** What a command in its container comes to: its probes. */
  exec(command: readonly string[]): ExecOutcome;
  /** SIGTERM. */
  stop(): void;
}

/** Starts what a container is for; undefined for containers that only are there. */
export type StartProgram = (spec: ContainerSpec) => Program | undefined;
