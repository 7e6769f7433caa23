const SUFFIXES: Readonly<Record<string, number>> = {
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

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** The value of a Kubernetes quantity, such as `100m`, `1.5Gi` or `1e3`; 0 for what is none. */
export function quantityValue(text: string | number | undefined): number {
  if (text === undefined) return 0;
  if (typeof text === "number") return text;
  const match = QUANTITY.exec(text);
  if (match === null) return 0;
  const [, digits = "0", exponent = "", suffix = ""] = match;
  return Number(`${digits}${exponent}`) * (SUFFIXES[suffix] ?? 1);
}

/** A CPU quantity in thousandths of a core, rounded up as Kubernetes does. */
export function milliCpu(text: string | number | undefined): number {
  return Math.ceil(Number((quantityValue(text) * 1000).toFixed(6)));
}

/** A quantity of bytes, rounded up. */
export function byteCount(text: string | number | undefined): number {
  return Math.ceil(Number(quantityValue(text).toFixed(6)));
}
