import { setTimeout as delay } from "node:timers/promises";
import { LogFile } from "./log-file.ts";
import type { LogLine } from "./log-line.ts";
import type { LogRequest } from "./log-request.ts";

/** A log to be sent. */
export interface LogStream {
  readonly path: string;
  readonly request: LogRequest;
  /** Whether the container still runs: a followed log ends with it. */
  readonly isRunning: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

const POLL_MS = 200;
/** How many looks at an unchanged file until the container is asked after. */
const LOOKS_BEFORE_ASKING = 5;

/** The pieces of a log, in order; with `follow` also what is yet to come. */
export async function* logPieces({
  path,
  request,
  isRunning,
  signal,
}: LogStream): AsyncGenerator<string> {
  const file = new LogFile(path);
  try {
    const { tailLines, follow } = request;
    if (tailLines !== undefined) file.skipToLast(tailLines);
    let leftBytes = request.limitBytes ?? Infinity;
    let quiet = 0;
    let ending = false;
    while (!signal.aborted) {
      const lines = file.read();
      const text = lines.map((line) => shown(line, request)).join("");
      if (text !== "") {
        const piece = Buffer.from(text);
        yield piece.length > leftBytes ? piece.toString("utf8", 0, leftBytes) : text;
        leftBytes -= piece.length;
        if (leftBytes <= 0) return;
      }
      if (lines.length > 0) {
        quiet = 0;
        continue;
      }
      if (!follow || ending) return;
      if (++quiet % LOOKS_BEFORE_ASKING === 0) ending = !(await isRunning());
      await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    file.close();
  }
}

function shown({ time, text }: LogLine, { sinceMs, timestamps }: LogRequest): string {
  if (sinceMs !== undefined && Date.parse(time) < sinceMs) return "";
  return timestamps ? `${time} ${text}` : text;
}
