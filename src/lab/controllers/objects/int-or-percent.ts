/** A number, or a percentage of a total, of which `up` or `down` makes a whole number. Something else counts as 0. */
export function scaledValue(
  value: number | string | undefined,
  { total, rounding }: { readonly total: number; readonly rounding: "up" | "down" },
): number {
  if (value === undefined) return 0;
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent === undefined) return /^\d+$/.test(value) ? Number(value) : 0;
  const exact = (Number(percent) * total) / 100;
  return rounding === "up" ? Math.ceil(exact) : Math.floor(exact);
}
