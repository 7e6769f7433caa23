import { parseQuantity as valueOf } from "../../../kube-client/index.ts";

const QUANTITY =
  /^([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:([eE][+-]?[0-9]+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** The value of a quantity (`100m`, `1.5Gi`, `2e3`) or a number; undefined if it is neither. Exact up to 2⁵³. */
export function parseQuantity(text: unknown): number | undefined {
  if (typeof text === "number") return text;
  return typeof text === "string" ? valueOf(text) : undefined;
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
