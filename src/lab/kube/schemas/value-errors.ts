/** A quantity's grammar: sign, decimal number, then a binary or decimal unit or an exponent. */
const QUANTITY = /^[+-]?(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

/** What the decoder says of a text that is no quantity (`500m`, `1.5`, `2Gi`, `1e3`); undefined when it is one. */
export function quantityError(text: string): string | undefined {
  if (QUANTITY.test(text)) return undefined;
  return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
}

const LAYOUT = "2006-01-02T15:04:05Z07:00";
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** The pieces of the layout in the order in which they are read. */
const PIECES = [
  ["2006", /^\d{4}/],
  ["-", /^-/],
  ["01", /^\d{2}/],
  ["-", /^-/],
  ["02", /^\d{2}/],
  ["T", /^T/],
  ["15", /^\d{2}/],
  [":", /^:/],
  ["04", /^\d{2}/],
  [":", /^:/],
  ["05", /^\d{2}(\.\d+)?/],
  ["Z07:00", /^(Z|[+-]\d{2}:\d{2})/],
] as const;

/** What the decoder says of a text that is no RFC 3339 time; undefined when it is one. */
export function timeError(text: string): string | undefined {
  if (RFC_3339.test(text) && !Number.isNaN(Date.parse(text))) return undefined;
  let rest = text;
  for (const [piece, pattern] of PIECES) {
    const match = pattern.exec(rest);
    if (match === null) {
      return `parsing time ${quote(text)} as ${quote(LAYOUT)}: cannot parse ${quote(rest)} as ${quote(piece)}`;
    }
    rest = rest.slice(match[0].length);
  }
  if (rest !== "") return `parsing time ${quote(text)}: extra text: ${quote(rest)}`;
  return `parsing time ${quote(text)}: day out of range`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
