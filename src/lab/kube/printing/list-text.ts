const SHOWN = 3;

/** The first three of a list, then `+ 2 more...`; `<none>` if it is empty. */
export function listText(list: readonly string[]): string {
  if (list.length === 0) return "<none>";
  const first = list.slice(0, SHOWN).join(",");
  return list.length > SHOWN ? `${first} + ${list.length - SHOWN} more...` : first;
}
