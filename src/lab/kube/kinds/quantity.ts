const QUANTITY =
  /^([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:([eE][+-]?[0-9]+)|([numkMGTPE]|[KMGTPE]i)?)$/;

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * The value of a resource quantity (`100m`, `1.5Gi`, `2e3`, or a number), or undefined if it is not
 * one. Exact up to 2⁵³; good enough to compare requests with limits.
 */
export function parseQuantity(text: unknown): number | undefined {
  if (typeof text === "number") return text;
  const match = typeof text === "string" ? QUANTITY.exec(text) : null;
  if (match === null) return undefined;
  const [, digits, exponent, suffix] = match;
  if (exponent !== undefined) return Number(`${digits ?? ""}${exponent}`);
  return Number(digits) * (suffix === undefined ? 1 : (SUFFIXES[suffix] ?? NaN));
}
