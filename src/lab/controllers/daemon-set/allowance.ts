import type { DaemonSet } from "kubernetes-types/apps/v1";
import { scaledValue } from "../objects/int-or-percent.ts";

/** How many nodes may lack their pod, or have two, during an update; not both more than 0. */
export interface DaemonAllowance {
  readonly unavailable: number;
  readonly surge: number;
}

/** Percentages are of the nodes that want a pod, and rounded up; an update that could not move may lack one pod. */
export function allowanceOf({ spec }: DaemonSet, nodeCount: number): DaemonAllowance {
  if (spec?.updateStrategy?.type === "OnDelete") return { unavailable: 0, surge: 0 };
  const { maxUnavailable = 1, maxSurge = 0 } = spec?.updateStrategy?.rollingUpdate ?? {};
  const unavailable = scaledValue(maxUnavailable, { total: nodeCount, rounding: "up" });
  const surge = scaledValue(maxSurge, { total: nodeCount, rounding: "up" });
  return unavailable === 0 && surge === 0 ? { unavailable: 1, surge } : { unavailable, surge };
}
