import { ENI_DESCRIPTION_PREFIX, TAG_KEYS } from "../../facts/index.ts";
import { timeMs, timeText } from "../../time/index.ts";
import type { Ec2Eni } from "../ec2.ts";
import { Ec2Error } from "../ec2-error.ts";
import { errorFacts } from "../log.ts";
import type { Node } from "../node.ts";

/** A new ENI is unattached for a moment; one that still is after so long was left behind (VPC CNI v1.23). */
const GRACE_MS = 300_000;
const PERIOD_MS = 900_000;

/** What is to be done about unattached ENIs. */
export interface LeakedEnis {
  readonly remove: readonly Ec2Eni[];
  /** Those that don't say when they were made: from now on they do, and can be judged the next time. */
  readonly date: readonly Ec2Eni[];
}

/**
 * Of ENIs that are attached nowhere, those that agents of this cluster made and lost: by the description, by the cluster's
 * name, and by their age, so that none is taken from a node that is about to attach it. An agent without a cluster name
 * answers for ENIs without one.
 */
export function leakedEnis(
  unattached: readonly Ec2Eni[],
  { nowMs, clusterName }: { readonly nowMs: number; readonly clusterName: string | undefined },
): LeakedEnis {
  const ours = unattached.filter(
    ({ description, attachment, tags }) =>
      description.startsWith(ENI_DESCRIPTION_PREFIX) &&
      attachment === undefined &&
      tags[TAG_KEYS.clusterName] === clusterName,
  );
  const ages = new Map(ours.map((eni) => [eni, nowMs - madeAtMs(eni)]));
  return {
    remove: ours.filter((eni) => (ages.get(eni) ?? 0) >= GRACE_MS),
    date: ours.filter((eni) => Number.isNaN(ages.get(eni))),
  };
}

function madeAtMs({ tags }: Ec2Eni): number {
  const text = tags[TAG_KEYS.createdAt];
  return text === undefined ? NaN : (timeMs(text) ?? NaN);
}

/** Sweeps the cluster's leaked ENIs now and every quarter of an hour, until `term` aborts. Failures wait for the next time. */
export async function sweepCluster(node: Node, term: AbortSignal): Promise<void> {
  while (!term.aborted) {
    try {
      await sweep(node, term);
    } catch (error) {
      node.log.warn(errorFacts(error), "the cluster's leaked ENIs could not be swept");
    }
    await node.time.sleep(PERIOD_MS, { signal: term });
  }
}

async function sweep(node: Node, term: AbortSignal): Promise<void> {
  const { ec2, instance, tagging, time, log } = node;
  const { clusterName } = tagging;
  const cluster = clusterName === undefined ? {} : { [TAG_KEYS.clusterName]: clusterName };
  const tags = { [TAG_KEYS.instanceId]: undefined, ...cluster };
  const unattached = await ec2.unattachedEnis({ vpc: instance.vpc, tags });
  const { remove, date } = leakedEnis(unattached, { nowMs: time.nowMs(), clusterName });
  for (const { id } of date) {
    if (term.aborted) return;
    await ec2.tag(id, { [TAG_KEYS.createdAt]: timeText(time.nowMs()) });
  }
  for (const eni of remove) {
    if (term.aborted) return;
    if (await removeEni(node, eni))
      log.info({ eni: eni.id, madeFor: eni.tags[TAG_KEYS.instanceId] }, "a leaked ENI is deleted");
  }
}

/** EC2 is asked once more: the list may be older than an attachment. It deletes nothing that is attached in any case. */
async function removeEni({ ec2, log }: Node, { id }: Ec2Eni): Promise<boolean> {
  try {
    const now = await ec2.eni(id);
    if (now === undefined || now.attachment !== undefined || now.status !== "available")
      return false;
    await ec2.deleteEni(id);
    return true;
  } catch (error) {
    if (error instanceof Ec2Error && error.reason === "eniGone") return false;
    log.warn({ eni: id, ...errorFacts(error) }, "a leaked ENI could not be deleted; trying again");
    return false;
  }
}
