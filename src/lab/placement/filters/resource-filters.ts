import { portsOn } from "../cluster-view.ts";
import type { HostPort } from "../pod-facts.ts";
import { passing } from "./filter.ts";
import type { Filter } from "./filter.ts";

/** Plugin NodePorts. */
export const hostPorts: Filter = ({ hostPorts: wanted }) => {
  if (wanted.length === 0) return undefined;
  const refusal = passing("node(s) didn't have free ports for the requested pod ports");
  return (node) => {
    const taken = portsOn(node);
    return wanted.some((port) => taken.some((other) => clash(port, other))) ? refusal : undefined;
  };
};

function clash(one: HostPort, other: HostPort): boolean {
  if (one.port !== other.port || one.protocol !== other.protocol) return false;
  return one.address === other.address || one.address === "0.0.0.0" || other.address === "0.0.0.0";
}

/** Plugin NodeResourcesFit. A pod that is being deleted counts until it is gone, against the number of pods too. */
export const resources: Filter = ({ requests }) => {
  const wanted = [...requests].filter(([, amount]) => amount > 0);
  return ({ pods, allocatable, requested }) => {
    let reasons: string[] | undefined;
    let resolvable = true;
    if (pods.size + 1 > (allocatable.get("pods") ?? 0)) reasons = ["Too many pods"];
    for (const [name, amount] of wanted) {
      const capacity = allocatable.get(name) ?? 0;
      if (amount <= capacity - (requested.get(name) ?? 0)) continue;
      (reasons ??= []).push(`Insufficient ${name}`);
      if (amount > capacity) resolvable = false;
    }
    return reasons === undefined ? undefined : { ...passing(...reasons), resolvable };
  };
};
