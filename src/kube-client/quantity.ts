const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
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

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** The value of a Kubernetes quantity: `250m` is 0.25, `1Ki` 1024, `2e3` 2000. Undefined if it is none. */
export function parseQuantity(text: string): number | undefined {
  const [, digits, exponent, suffix = ""] = QUANTITY.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return exponent === undefined
    ? Number(digits) * (FACTORS[suffix] ?? 1)
    : Number(`${digits}e${exponent}`);
}
