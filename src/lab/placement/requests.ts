import type { Container, PodSpec, ResourceRequirements } from "kubernetes-types/core/v1";
import { parseQuantity } from "../../kube-client/index.ts";

/** Amounts by resource name. `cpu` in thousandths of a core, everything else in whole units (bytes, devices). */
export type Amounts = ReadonlyMap<string, number>;

/** Amounts of a Kubernetes resource list; what is no quantity counts as nothing. Rounded up, as kube-scheduler does. */
export function readAmounts(
  list: Readonly<Record<string, string>> | undefined,
): Map<string, number> {
  const amounts = new Map<string, number>();
  for (const [name, text] of Object.entries(list ?? {})) {
    const value = parseQuantity(text) ?? 0;
    // Less than a millionth is an error of binary fractions and not an amount.
    amounts.set(name, Math.ceil(Number((name === "cpu" ? value * 1000 : value).toFixed(6))));
  }
  return amounts;
}

/**
 * What a pod takes from a node's allocatable: the sum of its containers, or more if an init container needs more, plus
 * its overhead. Init containers that stay ("sidecars") count with the containers.
 */
export function requestsOf(spec: PodSpec): Amounts {
  const total = new Map<string, number>();
  for (const container of spec.containers) addTo(total, containerRequests(container));
  const staying = new Map<string, number>();
  const peak = new Map<string, number>();
  for (const container of spec.initContainers ?? []) {
    const own = containerRequests(container);
    if (container.restartPolicy === "Always") {
      addTo(staying, own);
      raiseTo(peak, staying);
    } else {
      addTo(own, staying);
      raiseTo(peak, own);
    }
  }
  addTo(total, staying);
  raiseTo(total, peak);
  addTo(total, readAmounts(spec.overhead));
  return total;
}

function containerRequests({ resources = {} }: Container): Map<string, number> {
  const { requests, limits }: ResourceRequirements = resources;
  return readAmounts({ ...limits, ...requests });
}

function addTo(sum: Map<string, number>, amounts: Amounts): void {
  for (const [name, amount] of amounts) sum.set(name, (sum.get(name) ?? 0) + amount);
}

function raiseTo(most: Map<string, number>, amounts: Amounts): void {
  for (const [name, amount] of amounts) most.set(name, Math.max(most.get(name) ?? 0, amount));
}
