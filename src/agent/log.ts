import { pino } from "pino";
import type { Logger } from "pino";
import { BerthError } from "../base/index.ts";
import { systemTime } from "../time/index.ts";
import type { Time } from "../time/index.ts";
import type { LogConfig } from "./config.ts";

/** A structured logger: facts first, then the sentence. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

const DESCRIPTORS: Readonly<Record<string, number>> = { stdout: 1, stderr: 2 };

/** How much waits for a full disk to have room again; what comes then is dropped. */
const UNWRITTEN_MAX_BYTES = 1024 * 1024;

/**
 * One JSON object a line, with the time as ISO 8601. Written at once: a killed agent's last lines are there to read.
 * A line that can't be written (the disk is full, nobody reads the pipe) is lost: pods matter more than the log.
 */
export function newLog({ level, file }: LogConfig): Log {
  const destination = pino.destination({
    dest: DESCRIPTORS[file] ?? file,
    sync: true,
    mkdir: true,
    maxLength: UNWRITTEN_MAX_BYTES,
  });
  destination.on("error", () => undefined);
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** Where the lines of a log go, and which. */
export interface LogSink {
  readonly level: LogConfig["level"];
  /** Gets every line, without its end. */
  readonly write: (line: string) => void;
  /** Whose clock the lines show; default: the system's. */
  readonly time?: Pick<Time, "nowMs"> | undefined;
}

/** The same lines, for agents that share a process: to whoever wants them. */
export function newLogTo({ level, write, time = systemTime }: LogSink): Log {
  const timestamp = (): string => `,"time":"${new Date(time.nowMs()).toISOString()}"`;
  return pino({ level, base: null, timestamp }, { write: (line) => write(line.trimEnd()) });
}

/** What a log line says about an error: its message, and for Berth's own its code, fix and facts. */
export function errorFacts(error: unknown): Record<string, unknown> {
  if (error instanceof BerthError) {
    return { error: error.message, code: error.code, fix: error.fix, ...error.facts };
  }
  return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
