import type { Container, Pod } from "kubernetes-types/core/v1";
import { qosClass } from "./qos.ts";
import { byteCount, milliCpu } from "./quantity.ts";
import type { RuntimeResources } from "./runtime.ts";

const SHARES_PER_CORE = 1024;
const FEWEST_SHARES = 2;
const MOST_SHARES = 262_144;
const PERIOD_US = 100_000;
const SMALLEST_QUOTA_US = 1000;

/** The cgroup limits of a container (kubelet's `MilliCPUToShares`, `MilliCPUToQuota` and `GetContainerOOMScoreAdjust`). */
export function containerResources(
  pod: Pod,
  { resources }: Container,
  nodeMemoryBytes: number,
): RuntimeResources {
  const { limits, requests } = resources ?? {};
  const cpuLimit = milliCpu(limits?.["cpu"]);
  const cpuRequest = milliCpu(requests?.["cpu"] ?? limits?.["cpu"]);
  const memoryRequest = byteCount(requests?.["memory"] ?? limits?.["memory"]);
  return {
    cpuShares: sharesOf(cpuRequest),
    cpuQuotaUs: cpuLimit === 0 ? 0 : Math.max((cpuLimit * PERIOD_US) / 1000, SMALLEST_QUOTA_US),
    memoryBytes: byteCount(limits?.["memory"]),
    oomScoreAdj: oomScoreAdj(pod, { memoryRequest, nodeMemoryBytes }),
  };
}

function sharesOf(milli: number): number {
  const shares = Math.floor((milli * SHARES_PER_CORE) / 1000);
  return Math.min(Math.max(shares, FEWEST_SHARES), MOST_SHARES);
}

/** Who is killed first when the node's memory runs out: best effort, then who uses most beyond its request. */
function oomScoreAdj(
  pod: Pod,
  { memoryRequest, nodeMemoryBytes }: { memoryRequest: number; nodeMemoryBytes: number },
): number {
  if ((pod.spec?.priority ?? 0) >= 2_000_000_000) return -997;
  switch (qosClass(pod)) {
    case "Guaranteed":
      return -997;
    case "BestEffort":
      return 1000;
    case "Burstable": {
      const score = 1000 - Math.floor((1000 * memoryRequest) / Math.max(nodeMemoryBytes, 1));
      return Math.min(Math.max(score, 3), 999);
    }
  }
}
