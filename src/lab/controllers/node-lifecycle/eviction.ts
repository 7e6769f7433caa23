import type { Node, Pod, Taint } from "kubernetes-types/core/v1";
import { timeMs } from "../../../time/index.ts";
import { createdMs } from "../objects/meta.ts";
import { tolerates, untolerated } from "../objects/taint.ts";

/** When a pod has to leave its node because of taints with the effect NoExecute; undefined if it may stay. */
export function evictionMs(
  pod: Pod,
  { node, nowMs }: { readonly node: Node; readonly nowMs: number },
): number | undefined {
  const taints = noExecuteTaints(node);
  if (taints.length === 0) return undefined;
  const tolerations = pod.spec?.tolerations ?? [];
  if (untolerated(taints, tolerations).length > 0) return nowMs;
  const deadlines = taints.flatMap((taint) => {
    const sinceMs = Math.max(timeMs(taint.timeAdded) ?? 0, createdMs(pod));
    return tolerations
      .filter((toleration) => tolerates(toleration, taint))
      .map(({ tolerationSeconds }) => tolerationSeconds)
      .filter((seconds) => seconds !== undefined)
      .map((seconds) => sinceMs + Math.max(0, seconds) * 1000);
  });
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

/** The taints that make pods leave. */
export function noExecuteTaints(node: Node): Taint[] {
  return (node.spec?.taints ?? []).filter(({ effect }) => effect === "NoExecute");
}
