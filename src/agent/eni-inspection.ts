import { eniDescription } from "../facts/index.ts";
import type { AdoptEni, DescribeEni, Outcome } from "../pool/index.ts";
import { BACK_OFF, retry } from "./back-off.ts";
import type { Ec2Eni } from "./ec2.ts";
import { repeating } from "./eni-removal.ts";
import { attached, ec2Blocks, roleOf, setUpEni, shownBlocks } from "./eni-set-up.ts";
import { missingTags, whyUnmanaged } from "./eni-tags.ts";
import { errorFacts } from "./log.ts";
import type { MetadataEni } from "./metadata.ts";
import type { Node } from "./node.ts";
import { EniNotShown, stepFailure } from "./step-failure.ts";

/** The ENIs in instance metadata that may serve pods. Those not known yet are listed too, so that the pool has them adopted. */
export async function listEnis(node: Node): Promise<Outcome> {
  try {
    const shown = await node.metadata.enis();
    forgetIgnored(node, shown);
    const candidates = shown.filter((eni) => mayServe(node, eni));
    return { kind: "listed", enis: candidates.map((eni) => listed(node, eni)) };
  } catch (error) {
    return stepFailure(error);
  }
}

function forgetIgnored(node: Node, shown: readonly MetadataEni[]): void {
  const ids = new Set(shown.map(({ id }) => id));
  for (const set of [node.ignored, node.unmanaged])
    for (const id of set) if (!ids.has(id)) set.delete(id);
}

/** Leaves an ENI alone from now on. */
export function ignore(node: Node, { id, attachment }: Pick<Ec2Eni, "id" | "attachment">): void {
  node.ignored.add(id);
  if ((attachment?.networkCard ?? 0) === 0) node.unmanaged.add(id);
}

// One without address is half-way through its attachment, or EFA-only.
function mayServe(node: Node, { id, networkCard, ipv4s, subnetCidr }: MetadataEni): boolean {
  return networkCard === 0 && ipv4s.length > 0 && subnetCidr !== undefined && !node.ignored.has(id);
}

function listed(node: Node, shown: MetadataEni): ReturnType<typeof attached> {
  const known = node.enis.get(shown.id);
  if (known !== undefined) return attached(known, shownBlocks(shown));
  const { id, deviceIndex, subnet, ipv4s } = shown;
  const primaryAddress = ipv4s[0];
  const role = id === node.instance.primaryEni ? "primary" : "secondary";
  if (primaryAddress === undefined) throw new EniNotShown(`${id} has no address`, { eni: id });
  const service = "pods";
  return {
    id,
    deviceIndex,
    role,
    service,
    subnetId: subnet,
    primaryAddress,
    blocks: shownBlocks(shown),
  };
}

export async function describeEni(node: Node, { eniId }: DescribeEni): Promise<Outcome> {
  try {
    const eni = await node.ec2.eni(eniId);
    if (!isOurs(node, eni)) return gone();
    return { kind: "described", blocks: ec2Blocks(eni) };
  } catch (error) {
    return stepFailure(error);
  }
}

export async function adoptEni(node: Node, { eniId }: AdoptEni): Promise<Outcome> {
  try {
    const eni = await node.ec2.eni(eniId);
    if (!isOurs(node, eni)) return gone();
    const reason = whyNotOurs(node, eni);
    if (reason !== undefined) {
      ignore(node, eni);
      node.log.info({ eni: eniId, reason }, "an attached ENI is left alone");
      return { kind: "ignored" };
    }
    const shown = (await node.metadata.enis()).find(({ id }) => id === eniId);
    if (shown === undefined || !mayServe(node, shown)) {
      throw new EniNotShown(`instance metadata does not show ${eniId} yet`, { eni: eniId });
    }
    await tagEni(node, eni);
    await tieToInstance(node, eni);
    await node.subnets.refresh();
    const known = await setUpEni(node, shown, roleOf(node, eni));
    return { kind: "adopted", eni: attached(known, ec2Blocks(eni)) };
  } catch (error) {
    return stepFailure(error);
  }
}

/** Writes the node's tags onto an ENI where they are missing; trunks are tagged by the controller that made them. */
export async function tagEni(node: Node, eni: Ec2Eni): Promise<void> {
  const tags = missingTags(node.tagging, eni.tags);
  if (node.provisioning === "off") return;
  if (eni.interfaceType === "trunk" || Object.keys(tags).length === 0) return;
  await retry(() => node.ec2.tag(eni.id, tags), BACK_OFF.tag, repeating(node));
}

/**
 * Makes EC2 delete an ENI of ours with the instance, where an agent was killed between attaching it and saying so: else
 * it would keep its addresses for ever. A failure is logged; the next start tries again.
 */
export async function tieToInstance(
  node: Node,
  { id, description, attachment }: Ec2Eni,
): Promise<void> {
  const ours = description === eniDescription(node.instance.instanceId);
  if (!ours || node.provisioning === "off") return;
  if (attachment?.id === undefined || attachment.deleteOnTermination) return;
  try {
    await node.ec2.deleteWithInstance({ eni: id, attachment: attachment.id });
    node.log.info(
      { eni: id },
      "an ENI would have outlived the instance; EC2 deletes it now with it",
    );
  } catch (error) {
    node.log.warn({ eni: id, ...errorFacts(error) }, "an ENI would outlive the instance");
  }
}

/** Why an ENI of the instance is left alone, or undefined if it is used. */
export function whyNotOurs(node: Node, eni: Ec2Eni): string | undefined {
  return whyUnmanaged(eni, {
    instance: node.instance.instanceId,
    primary: node.instance.primaryEni,
    untagged: node.manageUntaggedEnis ? "managed" : "ignored",
  });
}

function isOurs(node: Node, eni: Ec2Eni | undefined): eni is Ec2Eni {
  if (eni?.attachment === undefined || isLeaving(eni)) return false;
  return eni.attachment.instance === node.instance.instanceId;
}

/** Whether an ENI is being detached. EC2 and metadata list it for some seconds more, but a pod on it would lose its network. */
export function isLeaving({ status }: Pick<Ec2Eni, "status">): boolean {
  return status === "detaching";
}

function gone(): Outcome {
  return { kind: "failed", reason: "eniGone", code: "NotAttached", subnetId: undefined };
}
