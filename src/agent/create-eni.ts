import { eniDescription } from "../facts/index.ts";
import type { AttachmentId, EniId, SubnetId } from "../facts/index.ts";
import type { CreateEni, FailureReason, Outcome } from "../pool/index.ts";
import { BACK_OFF, retry } from "./back-off.ts";
import { Ec2Error } from "./ec2-error.ts";
import type { EniPlace } from "./eni-place.ts";
import { placesForEni } from "./eni-places.ts";
import type { EniPlaces } from "./eni-places.ts";
import { deleteEni, detachAndDelete } from "./eni-removal.ts";
import { attached, setUpEni, shownBlocks } from "./eni-set-up.ts";
import { creationTags } from "./eni-tags.ts";
import { errorFacts } from "./log.ts";
import type { MetadataEni } from "./metadata.ts";
import type { Node } from "./node.ts";
import { withReason } from "./room-in-subnet.ts";
import { EniNotShown, stepFailure } from "./step-failure.ts";

/** Device indexes that are searched for a free one, as by the VPC CNI. */
const DEVICE_INDEXES = 100;

/**
 * Creates an ENI in the first of the {@link placesForEni} that takes it, attaches it at the lowest free device index, waits
 * until metadata shows it with its addresses, and sets it up in the kernel. An ENI that can't be attached, or would
 * outlive the instance, is deleted again. One that is attached but not ready stays: the pool's next look at the instance
 * adopts it.
 */
export async function createEni(node: Node, asked: CreateEni): Promise<Outcome> {
  const step = { ...asked, count: Math.min(asked.count, node.limits.ipv4PerEni - 1) };
  const found = await placesForEni(node, step);
  if (!found.ok) return found.failure;
  let subnet = found.places[0].subnet;
  try {
    const made = await createInFirst(node, found.places, { step, trying: (at) => (subnet = at) });
    await attach(node, made);
    const shown = await waitUntilShown(node, made, step);
    const eni = await setUpEni(node, shown, "secondary");
    return { kind: "created", eni: attached(eni, shownBlocks(shown)) };
  } catch (error) {
    return stepFailure(error, subnet);
  }
}

/** Failures that another subnet would not change. */
const EVERYWHERE: ReadonlySet<FailureReason> = new Set(["throttled", "quota"]);

async function createInFirst(
  node: Node,
  places: Extract<EniPlaces, { ok: true }>["places"],
  { step, trying }: { readonly step: CreateEni; readonly trying: (subnet: SubnetId) => void },
): Promise<EniId> {
  const [place, ...others] = places;
  const { subnet } = place;
  trying(subnet);
  try {
    return await create(node, place, step);
  } catch (thrown) {
    const error = await withReason(node, thrown, { ...step, subnet });
    if (!(error instanceof Ec2Error) || EVERYWHERE.has(error.reason)) throw error;
    if (isNoRoom(error)) node.subnets.noteRefusal(subnet, step);
    const [next, ...rest] = others;
    if (next === undefined || node.stopping.aborted) throw error;
    const facts = { subnet, next: next.subnet, ...errorFacts(error) };
    node.log.info(facts, "a subnet does not take the new ENI; trying the next");
    return createInFirst(node, [next, ...rest], { step, trying });
  }
}

function isNoRoom({ reason }: Ec2Error): boolean {
  return reason === "subnetFull" || reason === "noFreeBlock";
}

async function create(
  node: Node,
  { subnet, securityGroups }: EniPlace,
  { unit, count }: CreateEni,
): Promise<EniId> {
  // Read each time, so that a change of the primary ENI's groups reaches new ENIs at once.
  const groups =
    securityGroups === "primary" ? await node.metadata.securityGroups() : securityGroups;
  return node.ec2.createEni({
    subnet,
    securityGroups: groups.toSorted(),
    description: eniDescription(node.instance.instanceId),
    tags: creationTags(node.tagging, node.time.nowMs()),
    unit,
    count,
  });
}

async function attach(node: Node, eni: EniId): Promise<void> {
  const instance = node.instance.instanceId;
  let attachment: AttachmentId;
  try {
    const deviceIndex = lowestFree(await node.ec2.deviceIndexes(instance));
    attachment = await node.ec2.attachEni({ eni, instance, deviceIndex });
  } catch (error) {
    await undo(node, eni, () => deleteEni(node, eni, BACK_OFF.undo));
    throw error;
  }
  try {
    await node.ec2.deleteWithInstance({ eni, attachment });
  } catch (error) {
    await undo(node, eni, () => detachAndDelete(node, eni, attachment));
    throw error;
  }
}

function lowestFree(used: ReadonlySet<number>): number {
  for (let index = 0; index < DEVICE_INDEXES; index++) if (!used.has(index)) return index;
  throw new Ec2Error("AttachNetworkInterface", {
    reason: "attachmentLimit",
    ec2Code: "NoFreeDeviceIndex",
    text: `all ${DEVICE_INDEXES} device indexes of network card 0 are in use`,
    cause: undefined,
  });
}

/**
 * Runs a clean-up whose failure must not hide why it was needed. The sweep of leftover ENIs finds what remains, or the
 * pool's next look at the instance, if it is attached after all.
 */
async function undo(node: Node, eni: EniId, cleanUp: () => Promise<void>): Promise<void> {
  try {
    await cleanUp();
  } catch (error) {
    node.log.warn(
      { eni, ...errorFacts(error) },
      "a new ENI that can't be used could not be deleted; it is swept later, or adopted if it is attached",
    );
  }
}

/**
 * Waits for the ENI in instance metadata. Fewer addresses than wanted are accepted in the end, if there is at least
 * one (of prefixes two, as the VPC CNI has it).
 */
async function waitUntilShown(
  node: Node,
  id: EniId,
  { unit, count }: CreateEni,
): Promise<MetadataEni> {
  const least = Math.min(count, unit === "prefix" ? 2 : 1);
  return retry(
    async (last) => {
      const shown = (await node.metadata.enis()).find((eni) => eni.id === id);
      const blocks = unit === "prefix" ? shown?.prefixes.length : shown?.ipv4s.slice(1).length;
      const complete =
        shown !== undefined && shown.ipv4s.length > 0 && shown.subnetCidr !== undefined;
      if (complete && blocks !== undefined && blocks >= (last ? least : count)) return shown;
      const facts = { eni: id, wanted: count, shown: blocks ?? 0 };
      throw new EniNotShown(
        `instance metadata shows ${blocks ?? 0} of the ${count} blocks of ${id}`,
        facts,
      );
    },
    BACK_OFF.waitForEni,
    { signal: node.stopping, time: node.time },
  );
}
