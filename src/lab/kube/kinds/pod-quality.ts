import type { PodSpec } from "kubernetes-types/core/v1";
import type { Loose } from "./loose.ts";
import { parseQuantity } from "./quantity.ts";

const COUNTED = ["cpu", "memory"];

/**
 * The quality of service class of a pod: `Guaranteed` if every container limits cpu and memory and
 * requests just as much, `BestEffort` if none names any, else `Burstable`.
 */
export function podQuality(spec: Loose<PodSpec>): "Guaranteed" | "Burstable" | "BestEffort" {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const amounts = containers.map(({ resources }) =>
    COUNTED.map((name) => ({
      request: positive(resources?.requests?.[name]),
      limit: positive(resources?.limits?.[name]),
    })),
  );
  if (amounts.flat().every(({ request, limit }) => request === 0 && limit === 0)) {
    return "BestEffort";
  }
  return amounts.flat().every(({ request, limit }) => limit > 0 && request === limit)
    ? "Guaranteed"
    : "Burstable";
}

function positive(quantity: unknown): number {
  return parseQuantity(quantity) ?? 0;
}
