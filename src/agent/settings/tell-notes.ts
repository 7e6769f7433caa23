import type { Log } from "../log.ts";
import type { VariableNote } from "./variable-note.ts";

/** Puts what is to be said about the environment into the log, once. */
export function tellNotes(
  { notes }: { readonly notes: readonly VariableNote[] },
  log: Pick<Log, "info" | "warn">,
): void {
  for (const { severity, variable, value, text } of notes) log[severity]({ variable, value }, text);
}
