/** Where a command's words go. Nothing else in Berth writes to standard output or standard error, loggers apart. */
export interface Printer {
  /** Results, for the reader and for pipes: stdout. A newline is added unless there is one. */
  result(text: string): void;
  /** What is going on, and failures: stderr. A newline is added unless there is one. */
  progress(text: string): void;
}

/** A reader that has seen enough (`| head`) closes the pipe, and a window can be closed: no failure of ours. */
const READER_GONE: readonly (string | undefined)[] = ["EPIPE", "EIO"];

/** The printer of the process. */
export function newProcessPrinter(): Printer {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (!READER_GONE.includes(error.code)) throw error;
  });
  // Nobody can be told, and what is going on has to go on: a lab has to clean up after its terminal is closed.
  process.stderr.on("error", () => undefined);
  return {
    result(text) {
      process.stdout.write(withNewline(text));
    },
    progress(text) {
      process.stderr.write(withNewline(text));
    },
  };
}

function withNewline(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
