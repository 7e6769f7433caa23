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

const DECIMAL: readonly (readonly [string, bigint])[] = [
  ["E", 10n ** 27n],
  ["P", 10n ** 24n],
  ["T", 10n ** 21n],
  ["G", 10n ** 18n],
  ["M", 10n ** 15n],
  ["k", 10n ** 12n],
  ["", 10n ** 9n],
  ["m", 10n ** 6n],
  ["u", 10n ** 3n],
  ["n", 1n],
];

const BINARY: readonly (readonly [string, bigint])[] = ["Ei", "Pi", "Ti", "Gi", "Mi", "Ki"].map(
  (suffix, index) => [suffix, 10n ** 9n * 1024n ** BigInt(6 - index)] as const,
);

/**
 * A quantity as the real server writes it: the largest suffix that needs no fraction, of the kind it
 * was given in (`0.5` is `500m`, `1024Mi` is `1Gi`, 2 is `"2"`). What is no quantity, or is written
 * with an exponent, stays as it is.
 */
export function canonicalQuantity(given: string | number): string {
  const text = String(given);
  const match = QUANTITY.exec(text);
  if (match === null || match[2] !== undefined) return text;
  const suffix = match[3] ?? "";
  const binary = suffix.endsWith("i");
  const unit = (binary ? BINARY : DECIMAL).find(([name]) => name === suffix)?.[1] ?? 1n;
  const [whole = "0", fraction = ""] = (match[1] ?? "0").replace(/^[+-]/, "").split(".");
  const nano = (BigInt(`${whole}${fraction}`) * unit) / 10n ** BigInt(fraction.length);
  const sign = text.startsWith("-") ? "-" : "";
  if (nano === 0n) return "0";
  const steps = binary ? [...BINARY, ...DECIMAL.slice(6)] : DECIMAL;
  const [name, size] = steps.find(([, size]) => nano % size === 0n) ?? ["n", 1n];
  return `${sign}${nano / size}${name}`;
}
