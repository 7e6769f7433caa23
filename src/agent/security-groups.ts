import type { SecurityGroupId } from "../facts/index.ts";
import type { Ec2Eni } from "./ec2.ts";
import { errorFacts } from "./log.ts";
import type { Node } from "./node.ts";

/** How often the primary ENI's security groups are read, as by the VPC CNI. */
const PERIOD_MS = 30_000;

/**
 * Gives the node's other ENIs the security groups of its primary one, at the start and within 30 s of a change. ENIs that
 * are not the agent's keep theirs, and with custom networking all do: their ENIConfig says which. What EC2 refuses is
 * tried again with the next reading. Ends with `signal`.
 */
export async function followSecurityGroups(
  node: Node,
  described: readonly Ec2Eni[],
  signal: AbortSignal,
): Promise<void> {
  if (node.customNetworking !== undefined || node.provisioning === "off") return;
  let known: readonly Ec2Eni[] | undefined = described;
  let applied = "";
  while (!signal.aborted) {
    try {
      const groups = (await node.metadata.securityGroups()).toSorted();
      if (groups.length > 0 && groups.join(" ") !== applied) {
        const enis = known ?? (await node.ec2.instanceEnis(node.instance.instanceId));
        applied = (await apply(node, enis, groups)) === "all" ? groups.join(" ") : "";
        known = undefined;
      }
    } catch (error) {
      node.log.warn(errorFacts(error), "the ENIs' security groups could not be checked");
    }
    await node.time.sleep(PERIOD_MS, { signal });
  }
}

async function apply(
  node: Node,
  enis: readonly Ec2Eni[],
  securityGroups: readonly SecurityGroupId[],
): Promise<"all" | "some"> {
  const wanted = securityGroups.join(" ");
  let outcome: "all" | "some" = "all";
  for (const { id, securityGroups: has } of enis) {
    const ours = node.enis.has(id) && id !== node.instance.primaryEni;
    if (!ours || has.toSorted().join(" ") === wanted) continue;
    try {
      await node.ec2.setSecurityGroups({ eni: id, securityGroups });
      node.log.info({ eni: id, securityGroups }, "an ENI has the primary ENI's security groups");
    } catch (error) {
      outcome = "some";
      const facts = { eni: id, securityGroups, ...errorFacts(error) };
      node.log.warn(facts, "an ENI does not take the primary ENI's security groups; trying again");
    }
  }
  return outcome;
}
