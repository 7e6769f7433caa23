import { formatCidr } from "../net/index.ts";
import type { Cidr } from "../net/index.ts";
import { errorFacts } from "./log.ts";
import type { Node } from "./node.ts";

/** How often the VPC's blocks are read; a block that is added at run time is not translated from then on. */
const PERIOD_MS = 30_000;

/**
 * Reads the VPC's blocks every 30 s, as the VPC CNI does (metadata tells nobody of a change), and sets up the host
 * again when they have changed; at the same times it drops what only ended connections and pods needed. A failure is tried
 * again with the next reading. Ends with `signal`.
 */
export async function watchVpc(
  node: Node,
  current: readonly Cidr[],
  signal: AbortSignal,
): Promise<void> {
  let known = keyOf(current);
  for (;;) {
    await node.time.sleep(PERIOD_MS, { signal });
    if (signal.aborted) return;
    try {
      node.kernel.tidyHost();
      const vpcCidrs = await node.metadata.vpcCidrs();
      if (keyOf(vpcCidrs) === known) continue;
      const { localIpv4: primaryAddress, primaryMac } = node.instance;
      node.kernel.setUpHost({ primaryAddress, primaryMac, vpcCidrs });
      known = keyOf(vpcCidrs);
      node.log.info({ vpcCidrs: vpcCidrs.map(formatCidr) }, "the VPC's blocks have changed");
    } catch (error) {
      node.log.warn(errorFacts(error), "the VPC's blocks could not be checked");
    }
  }
}

function keyOf(cidrs: readonly Cidr[]): string {
  return cidrs.map(formatCidr).toSorted().join(" ");
}
