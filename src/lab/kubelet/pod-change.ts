import { isDeepStrictEqual } from "node:util";
import type { Pod } from "kubernetes-types/core/v1";

/** Whether a kubelet has to act on the difference; its own writes come back too. */
export function matters(before: Pod, now: Pod): boolean {
  const [a, b] = [before.metadata, now.metadata];
  if (a?.deletionTimestamp !== b?.deletionTimestamp) return true;
  if (a?.deletionGracePeriodSeconds !== b?.deletionGracePeriodSeconds) return true;
  if ((now.spec?.readinessGates ?? []).length > 0) return true;
  if (!isDeepStrictEqual(before.spec, now.spec)) return true;
  return !isDeepStrictEqual([a?.labels, a?.annotations], [b?.labels, b?.annotations]);
}
