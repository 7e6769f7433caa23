import type { Cell, Column, Row } from "../kinds/kind-definition.ts";
import type { KubeObject } from "../kube-object.ts";
import { age } from "./age.ts";
import { parseJsonPath, type JsonPath } from "./json-path.ts";

/** A printer column of a custom resource (`additionalPrinterColumns`). */
export interface CustomColumn {
  readonly name: string;
  /** `integer`, `number`, `string`, `boolean` or `date`. */
  readonly type: string;
  readonly format?: string | undefined;
  readonly description?: string | undefined;
  readonly priority?: number | undefined;
  readonly jsonPath: string;
}

/** The columns of a custom kind, and the function that prints its rows. */
export interface CustomPrinter {
  readonly columns: readonly Column[];
  row(object: KubeObject, options: { nowMs: number }): Row;
}

const NAME: Column = { name: "Name", type: "string", format: "name", priority: 0 };

/** What a custom kind without columns of its own shows beside its name. */
const DEFAULT_COLUMNS: readonly CustomColumn[] = [
  { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
];

/** How a custom kind is printed: its name, then its columns, or its age if it declares none. */
export function customPrinter(declared: readonly CustomColumn[]): CustomPrinter {
  const own = declared.length === 0 ? DEFAULT_COLUMNS : declared;
  const cells = own.map((column) => ({ type: column.type, path: parseJsonPath(column.jsonPath) }));
  return {
    columns: [NAME, ...own.map(toColumn)],
    row: (object, { nowMs }) => ({
      cells: [
        object.metadata.name,
        ...cells.map(({ type, path }) => customCell({ object, path, type, nowMs })),
      ],
    }),
  };
}

/**
 * The cell of the first value that a path finds, by the type of its column: a date as an age, what
 * is not of the type as nothing, and in text columns lists and objects as JSON with sorted keys.
 */
export function customCell(request: {
  object: unknown;
  path: JsonPath | undefined;
  type: string;
  nowMs: number;
}): Cell {
  const { object, path, type, nowMs } = request;
  const value = path?.(object)[0];
  if (value === undefined || value === null) return null;
  switch (type) {
    case "string":
      return typeof value === "string" ? value : sortedJson(value);
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      return dateCell(value, nowMs);
    default:
      return null;
  }
}

function dateCell(value: unknown, nowMs: number): Cell {
  if (typeof value !== "string") return null;
  return Number.isNaN(Date.parse(value)) ? "<invalid>" : age(value, nowMs);
}

function toColumn(column: CustomColumn): Column {
  return {
    name: column.name,
    type: column.type as Column["type"],
    priority: column.priority ?? 0,
    ...(column.format === undefined ? {} : { format: column.format }),
    description: column.description ?? "",
  };
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
