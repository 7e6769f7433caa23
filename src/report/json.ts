/** A result for `--output json`: indented by two spaces, ending in a newline. */
export function renderJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
