import { BerthError } from "../../base/index.ts";

/** The way to a value inside the file: keys of maps, positions in lists. */
export type Path = readonly PropertyKey[];

/** One thing that is wrong with a lab file. */
export interface Problem {
  readonly path: Path;
  /** Whether the key itself is wrong, or what it stands for. */
  readonly at: "key" | "value";
  /** What is wrong and why, as a sentence. */
  readonly reason: string;
  /** What to do, as a sentence. */
  readonly fix: string;
}

/** Where in a text, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A problem and its place. */
export interface PlacedProblem extends Pick<Problem, "reason" | "fix"> {
  readonly position: Position;
}

/** All that is wrong with a file as one error, in the order of the file. */
export function labFileError(file: string, problems: readonly PlacedProblem[]): BerthError {
  const inOrder = problems.toSorted(
    (a, b) => a.position.line - b.position.line || a.position.column - b.position.column,
  );
  const lines = inOrder.flatMap(({ position: { line, column }, reason, fix }) => [
    `${file}:${line}:${column}: ${reason}`,
    `    ${fix}`,
  ]);
  return new BerthError("labFile", `The lab file ${file} can't be used:\n${lines.join("\n")}`, {
    fix: `Correct ${file}; examples/labs/first.yaml shows every key.`,
    facts: { file, problems: inOrder },
  });
}
