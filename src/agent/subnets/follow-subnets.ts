import type { Pool } from "../../pool/index.ts";
import type { Ec2Subnet } from "../ec2.ts";
import { serviceOf } from "../eni-set-up.ts";
import type { Node } from "../node.ts";
import type { Wake } from "../wake.ts";

/** How often EC2 is asked about subnets without any other reason. */
const PERIOD_MS = 300_000;

/** What follows the subnets. */
export interface SubnetFollowers {
  readonly node: Node;
  readonly pool: Pool;
  readonly wake: Wake;
  /** `atStart`: what the tags said then holds until the next start, as with the VPC CNI. */
  readonly tags: "always" | "atStart";
  /** Hears how full the subnets of the node's ENIs are. */
  readonly noteRoom: (subnet: Pick<Ec2Subnet, "id" | "freeAddresses">) => void;
}

/** Closes ENIs to new pods, or opens them, when the tags of their subnets say so while the agent runs. Ends with `signal`. */
export async function followSubnets(
  followers: SubnetFollowers,
  signal: AbortSignal,
): Promise<void> {
  const { node, tags, noteRoom } = followers;
  const stop = node.subnets.onAnswer((subnets) => {
    if (tags === "always") fitEnis(followers);
    const ours = new Set([...node.enis.values()].map(({ subnet }) => subnet));
    for (const subnet of subnets) if (ours.has(subnet.id)) noteRoom(subnet);
  });
  signal.addEventListener("abort", stop, { once: true });
  while (tags === "always") {
    await node.time.sleep(PERIOD_MS, { signal });
    if (signal.aborted) return;
    await node.subnets.refresh();
  }
}

function fitEnis({ node, pool, wake }: SubnetFollowers): void {
  for (const eni of [...node.enis.values()]) {
    const pods = node.subnets.isClosed(eni.subnet) ? "closed" : "open";
    if (pods === eni.pods) continue;
    const changed = { ...eni, pods } as const;
    node.enis.set(eni.id, changed);
    pool.setService(eni.id, serviceOf(changed), node.time.nowMs());
    node.log.info({ eni: eni.id, subnet: eni.subnet, pods }, "an ENI's subnet has other tags now");
    wake.call();
  }
}
