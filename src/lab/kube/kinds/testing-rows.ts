import { expect } from "vitest";
import type { Cell } from "./kind-definition.ts";
import { kindNamed, NOW, objectOf, type Fields } from "./testing.ts";

/** An object and what its row shows. */
export interface RowCase {
  readonly kind: string;
  /** Where two groups have a kind of this name. */
  readonly group?: string;
  readonly name?: string;
  readonly fields: Fields;
  /** Cells by the header of their column; the others are not looked at. */
  readonly want: Readonly<Record<string, Cell>>;
}

/** Prints the object five minutes after it was made, and compares the cells. */
export function checkRow({ kind, group, fields, want }: RowCase): void {
  const definition = kindNamed(kind, group);
  const row = definition.row(objectOf(definition, fields), { nowMs: Date.parse(NOW) });
  expect(row.cells).toHaveLength(definition.columns.length);
  const byColumn = Object.fromEntries(
    definition.columns.map((column, index) => [column.name, row.cells[index]]),
  );
  expect(byColumn).toMatchObject(want);
}
