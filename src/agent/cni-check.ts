import { CNI_CODES, findWiring } from "../cni/index.ts";
import type { CniFailure, ContainerRequest } from "../cni/index.ts";
import { formatIp } from "../net/index.ts";
import { keyOf, podToWire } from "./cni-parts.ts";
import type { CniParts } from "./cni-parts.ts";

/** CHECK: the lease, the previous result and the kernel must agree. */
export function check({ pool, kernel }: CniParts, request: ContainerRequest): string | CniFailure {
  const lease = pool.lease(keyOf(request));
  if (lease === undefined) {
    const msg = `container ${request.containerId} has no address on ${request.ifName}`;
    return { code: CNI_CODES.unknownContainer, msg };
  }
  const { previous } = request.config;
  const told = previous === undefined ? undefined : findWiring(previous, request.ifName);
  const problems = [...kernel.checkPod(podToWire(request, lease))];
  if (told !== undefined && told.address !== lease.address) {
    problems.unshift(
      `prevResult has ${formatIp(told.address)}, the agent has ${formatIp(lease.address)}`,
    );
  }
  const [first] = problems;
  if (first === undefined) return "";
  return {
    code: CNI_CODES.wiring,
    msg: `the pod's network is not as it should be: ${first}`,
    details: problems.join("\n"),
  };
}
