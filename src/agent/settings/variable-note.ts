/** Something about a variable that its reader should hear of, without it being an error. */
export interface VariableNote {
  /** `info` where nothing is lost, `warn` where somebody will miss something. */
  readonly severity: "info" | "warn";
  readonly variable: string;
  readonly value: string;
  /** A sentence without its end. */
  readonly text: string;
}
