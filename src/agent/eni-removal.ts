import type { AttachmentId, EniId } from "../facts/index.ts";
import type { FreeEni, Outcome } from "../pool/index.ts";
import { BACK_OFF, pause, retry } from "./back-off.ts";
import type { BackOff, Repeating } from "./back-off.ts";
import type { Ec2Eni } from "./ec2.ts";
import { Ec2Error } from "./ec2-error.ts";
import { errorFacts } from "./log.ts";
import type { Node } from "./node.ts";
import { stepFailure } from "./step-failure.ts";

/** EC2 needs about this long before a detached ENI can be deleted. */
const DETACH_SETTLE_MS = 2_000;

/**
 * Detaches and deletes. A failed detachment is the pool's to repeat: its next steps need not wait for that. Once the ENI
 * is detached the pool has nothing to do with it; a failed deletion is left to the sweep.
 */
export async function freeEni(node: Node, { eniId }: FreeEni): Promise<Outcome> {
  try {
    const eni = await node.ec2.eni(eniId);
    if (eni === undefined || isElsewhere(node, eni)) return { kind: "freed" };
    if (eni.attachment?.id !== undefined) {
      await detachOnce(node, eni.attachment.id);
      await pause(DETACH_SETTLE_MS, repeating(node));
    }
  } catch (error) {
    return stepFailure(error);
  }
  try {
    await deleteEni(node, eniId);
  } catch (error) {
    node.log.warn(
      { eni: eniId, ...errorFacts(error) },
      "a detached ENI could not be deleted; it is swept later",
    );
  }
  return { kind: "freed" };
}

/** Somebody has moved the ENI to another instance since the pool decided: it is not ours to touch any more. */
function isElsewhere({ instance }: Node, { attachment }: Ec2Eni): boolean {
  return attachment !== undefined && attachment.instance !== instance.instanceId;
}

/** Deletes an ENI, trying again while EC2 still counts it as attached. One that is gone already is fine. */
export async function deleteEni(
  node: Node,
  eni: EniId,
  backOff: BackOff = BACK_OFF.delete,
): Promise<void> {
  try {
    await retry(() => node.ec2.deleteEni(eni), backOff, repeating(node));
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** Detaches an ENI, waits a moment, and deletes it. */
export async function detachAndDelete(
  node: Node,
  eni: EniId,
  attachment: AttachmentId,
): Promise<void> {
  await retry(() => detachOnce(node, attachment), BACK_OFF.detach, repeating(node));
  await pause(DETACH_SETTLE_MS, repeating(node));
  await deleteEni(node, eni);
}

/** Detaches an ENI; one that is not attached any more is fine. */
async function detachOnce(node: Node, attachment: AttachmentId): Promise<void> {
  try {
    await node.ec2.detachEni(attachment);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Ec2Error && error.reason === "eniGone";
}

/** How calls to EC2 are repeated: not when the ENI is gone or the role may not, and not once the agent is to stop. */
export function repeating({ stopping, time }: Node): Repeating {
  return { worthwhile: isWorthRepeating, signal: stopping, time };
}

function isWorthRepeating(error: unknown): boolean {
  return !(
    error instanceof Ec2Error &&
    (error.reason === "eniGone" || error.reason === "unauthorized")
  );
}

/** Removes from the kernel what belonged to an ENI that is not the node's any more. */
export function forgetEni(node: Node, id: EniId): void {
  const known = node.enis.get(id);
  if (known === undefined) return;
  node.kernel.tearDownEni(known.primaryAddress);
  node.enis.delete(id);
}
