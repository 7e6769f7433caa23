import type { Given } from "./given.ts";
import type { Printer } from "./print.ts";

/** One positional argument. `many` takes one or more words; `rest` takes every word that follows, dashes included. */
export interface ArgumentSpec {
  /** In lower case, as given to {@link Given.argument}: "type", "node". */
  readonly name: string;
  readonly summary: string;
  readonly presence: "required" | "optional" | "many" | "rest";
}

/** One option. The name is the long form without dashes: "output" is given as `--output json`. */
export type OptionSpec =
  | { readonly kind: "flag"; readonly name: string; readonly summary: string }
  | {
      readonly kind: "word";
      readonly name: string;
      /** What the value stands for in the help: `--output <format>`. */
      readonly value: string;
      readonly summary: string;
      /** Anything else is refused before the command runs. */
      readonly choices?: readonly string[];
      readonly default?: string;
    }
  | {
      readonly kind: "integer";
      readonly name: string;
      readonly value: string;
      readonly summary: string;
      readonly min: number;
      readonly max: number;
      readonly default?: number;
    };

/** A line that a reader can copy, and what it does. */
export interface Example {
  readonly comment: string;
  /** The whole line, beginning with `berth`. */
  readonly line: string;
}

/** An exit code of a command beside 0 (done), 1 (failed) and 2 (called wrongly), which every command has. */
export interface ExitCode {
  readonly code: number;
  readonly meaning: string;
}

/** What a command may touch of the world outside its rooms. */
export interface Ports {
  readonly printer: Printer;
  /** The process environment; a room's `config.ts` reads it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * A signal that aborts at the first SIGINT, SIGTERM or SIGHUP. From the first call on, those no longer end the process:
   * the command has to end by itself. Later ones are ignored, because `npm` passes on a Ctrl-C that the terminal sends as well.
   */
  interruption(): AbortSignal;
}

/** A command of `berth` as a value. `run` is the only part that does anything. */
export interface Command {
  /** The words after `berth`: "max-pods", "lab up". */
  readonly name: string;
  /** One line without a full stop, for the list of commands. */
  readonly summary: string;
  /** One paragraph: what it does, on what, and what it needs. */
  readonly about: string;
  readonly arguments: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly Example[];
  readonly exitCodes: readonly ExitCode[];
  /**
   * Does the work and resolves to the exit code. Expected failures are thrown as BerthError:
   * the caller prints what, why and fix on stderr and exits with 1.
   */
  run(given: Given, ports: Ports): Promise<number>;
}
