import { invariant } from "../base/index.ts";

/** A table of text: as many cells in every row as there are headers. */
export interface Table {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns with numbers, by header: aligned to the right. */
  readonly numeric?: readonly string[];
}

/** Lines of equally wide columns with two spaces between, the headers first, ending in a newline. */
export function renderTable({ headers, rows, numeric = [] }: Table): string {
  const lines = [headers, ...rows];
  for (const line of lines) {
    invariant(line.length === headers.length, "a row of a table has too few or too many cells");
  }
  const columns = headers.map((header, index) => ({
    width: Math.max(...lines.map((line) => (line[index] as string).length)),
    right: numeric.includes(header),
  }));
  return lines
    .map((line) =>
      columns
        .map(({ width, right }, index) => {
          const cell = line[index] as string;
          return right ? cell.padStart(width) : cell.padEnd(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}
