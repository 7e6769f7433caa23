import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type LogLine, parseLogLine } from "./log-line.ts";

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** A container's log file that is read piece by piece, also while it grows. Close it. */
export class LogFile {
  readonly #fd: number;
  #offset = 0;
  #rest: Buffer = Buffer.alloc(0);

  /** Throws what opening the file throws. */
  constructor(path: string) {
    this.#fd = openSync(path, "r");
  }

  /** Goes to where the last `count` lines begin. */
  skipToLast(count: number): void {
    let end = fstatSync(this.#fd).size;
    let newlines = 0;
    while (end > 0) {
      const length = Math.min(CHUNK_BYTES, end);
      const chunk = this.#bytes(end - length, length);
      for (let index = length - 1; index >= 0; index--) {
        if (chunk[index] !== NEWLINE || ++newlines <= count) continue;
        this.#offset = end - length + index + 1;
        return;
      }
      end -= length;
    }
    this.#offset = count === 0 ? fstatSync(this.#fd).size : 0;
  }

  /** The lines that have been completed since the last call, some of them at least; none when there is nothing new. */
  read(): LogLine[] {
    const chunk = this.#bytes(this.#offset, CHUNK_BYTES);
    if (chunk.length === 0) return [];
    this.#offset += chunk.length;
    const known = Buffer.concat([this.#rest, chunk]);
    const end = known.lastIndexOf(NEWLINE) + 1;
    this.#rest = known.subarray(end);
    if (end === 0) return this.read();
    const lines = known.toString("utf8", 0, end - 1).split("\n");
    return lines.flatMap((line) => parseLogLine(line) ?? []);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #bytes(position: number, length: number): Buffer {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(this.#fd, buffer, 0, length, position));
  }
}

/** The last lines of a log file; none when it is not there. */
export function readLogLines(path: string, count: number): LogLine[] {
  let file: LogFile;
  try {
    file = new LogFile(path);
  } catch {
    return [];
  }
  try {
    file.skipToLast(count);
    const lines: LogLine[] = [];
    for (let some = file.read(); some.length > 0; some = file.read()) lines.push(...some);
    return lines;
  } finally {
    file.close();
  }
}
