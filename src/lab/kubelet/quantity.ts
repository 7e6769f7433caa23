import { parseQuantity } from "../../kube-client/index.ts";

/** The value of a Kubernetes quantity, such as `100m`, `1.5Gi` or `1e3`; 0 for none, and for what is no quantity. */
export function quantityValue(text: string | undefined): number {
  return text === undefined ? 0 : (parseQuantity(text) ?? 0);
}

/** A CPU quantity in thousandths of a core, rounded up as Kubernetes does. */
export function milliCpu(text: string | undefined): number {
  return Math.ceil(Number((quantityValue(text) * 1000).toFixed(6)));
}

/** A quantity of bytes, rounded up. */
export function byteCount(text: string | undefined): number {
  return Math.ceil(Number(quantityValue(text).toFixed(6)));
}
