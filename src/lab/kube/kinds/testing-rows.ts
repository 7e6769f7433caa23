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

/** The row of the object five minutes after it was made: its cells by the header of their column. */
export function cellsOf({ kind, group, fields }: RowCase): Readonly<Record<string, Cell>> {
  const definition = kindNamed(kind, group);
  const { cells } = definition.row(objectOf(definition, fields), { nowMs: Date.parse(NOW) });
  if (cells.length !== definition.columns.length) throw new Error(`${kind}: a cell a column`);
  return Object.fromEntries(cells.map((cell, at) => [definition.columns[at]?.name ?? "", cell]));
}
