/** One line of a container's log file. */
export interface LogLine {
  /** RFC 3339 with nanoseconds, as written by the runtime. */
  readonly time: string;
  readonly stream: "stdout" | "stderr";
  /** With its newline, unless the container's line goes on in the next one. */
  readonly text: string;
}

/**
 * Reads one line of CRI's log format, without its newline: `TIME STREAM TAGS TEXT`, where the tag `P` says that the text is
 * only a part of a line. Undefined when it is none.
 */
export function parseLogLine(line: string): LogLine | undefined {
  const match = /^(\S+) (stdout|stderr) (\S+) ?([^]*)$/.exec(line);
  if (match === null) return undefined;
  const [, time = "", stream, tags = "", text = ""] = match;
  const partial = tags.split(":").includes("P");
  return {
    time,
    stream: stream === "stderr" ? "stderr" : "stdout",
    text: partial ? text : `${text}\n`,
  };
}
