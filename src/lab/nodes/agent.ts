import { setTimeout as sleep } from "node:timers/promises";
import { type Program, type ProgramSpec, startProgram } from "../host/process.ts";

/** The state of a node's agent. */
export interface AgentStatus {
  /** Undefined between a death and the next start. */
  readonly pid: number | undefined;
  /** Starts after the first. */
  readonly restarts: number;
  /** How the last one ended, or undefined. */
  readonly lastEnd: string | undefined;
  readonly logFile: string;
}

const FIRST_BACK_OFF_MS = 1000;
const LAST_BACK_OFF_MS = 30_000;
/** An agent that has lived so long has recovered: its next death is the first again. */
const HEALTHY_MS = 60_000;

/** Keeps one agent running as a DaemonSet would: it is started again whenever it ends. */
export class Agent {
  readonly #spec: ProgramSpec;
  readonly #stop = new AbortController();
  #program: Program | undefined;
  #restarts = 0;
  #lastEnd: string | undefined;

  constructor(spec: ProgramSpec) {
    this.#spec = spec;
  }

  get status(): AgentStatus {
    return {
      pid: this.#program?.id.pid,
      restarts: this.#restarts,
      lastEnd: this.#lastEnd,
      logFile: this.#spec.logFile,
    };
  }

  /** Starts it, and resolves when the process is there. It is not ready then. */
  async start(): Promise<void> {
    this.#program = await startProgram(this.#spec);
    void this.#keep(this.#program);
  }

  /** Starts it no more. The process itself is left to whoever ends the lab. */
  close(): void {
    this.#stop.abort();
  }

  async #keep(first: Program): Promise<void> {
    const { signal } = this.#stop;
    let program = first;
    let backOffMs = FIRST_BACK_OFF_MS;
    for (;;) {
      const startedMs = Date.now();
      this.#lastEnd = await program.ended;
      this.#program = undefined;
      if (Date.now() - startedMs > HEALTHY_MS) backOffMs = FIRST_BACK_OFF_MS;
      await sleep(backOffMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      backOffMs = Math.min(2 * backOffMs, LAST_BACK_OFF_MS);
      this.#restarts += 1;
      const next = await startProgram(this.#spec).catch(() => undefined);
      if (next === undefined) continue;
      program = next;
      this.#program = next;
    }
  }
}
