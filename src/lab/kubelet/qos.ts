import type { Pod } from "kubernetes-types/core/v1";
import { quantityValue } from "./quantity.ts";

/** A pod's quality of service class. */
export type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

const RESOURCES = ["cpu", "memory"] as const;

/** Guaranteed when every container has limits equal to its requests, BestEffort when none has either. */
export function qosClass(pod: Pod): QosClass {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const amounts = containers.flatMap(({ resources }) =>
    RESOURCES.map((resource) => {
      const limit = quantityValue(resources?.limits?.[resource]);
      const requested = resources?.requests?.[resource];
      return { limit, request: requested === undefined ? limit : quantityValue(requested) };
    }),
  );
  if (amounts.every(({ limit, request }) => limit === 0 && request === 0)) return "BestEffort";
  const guaranteed = amounts.every(({ limit, request }) => limit > 0 && limit === request);
  return guaranteed ? "Guaranteed" : "Burstable";
}
