/** Where a command's words go. Nothing else in Berth writes to standard output or standard error, loggers apart. */
export interface Printer {
  /** Results, for the reader and for pipes: stdout. A newline is added unless there is one. */
  result(text: string): void;
  /** What is going on, and failures: stderr. A newline is added unless there is one. */
  progress(text: string): void;
}

/** The printer of the process. */
export function newProcessPrinter(): Printer {
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
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
