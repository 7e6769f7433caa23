import { eniDescription, TAG_KEYS } from "../facts/index.ts";
import { BACK_OFF } from "./back-off.ts";
import { deleteEni } from "./eni-removal.ts";
import { errorFacts } from "./log.ts";
import type { Node } from "./node.ts";

/**
 * Deletes ENIs that an agent of this instance made and that hang nowhere: it was killed between creating and
 * attaching one, or between detaching and deleting. Must not run while a step is under way, whose new ENI would
 * look the same. Failures are logged; the next sweep tries again.
 */
export async function sweepLeftovers(node: Node): Promise<void> {
  const instance = node.instance.instanceId;
  if (node.provisioning === "off") return;
  try {
    const unattached = await node.ec2.unattachedEnis({ tags: { [TAG_KEYS.instanceId]: instance } });
    for (const { id, description } of unattached) {
      if (description !== eniDescription(instance)) continue;
      // The pool waits for this: what EC2 does not take at once is for the next sweep, of the cluster's agents too.
      await deleteEni(node, id, BACK_OFF.undo);
      node.log.info({ eni: id }, "an ENI that an earlier run left unattached is deleted");
    }
  } catch (error) {
    node.log.warn(errorFacts(error), "leftover ENIs could not be swept");
  }
}
