import { assertNever } from "../base/index.ts";
import type { AssignBlocks, Outcome, UnassignBlocks, WorkStep } from "../pool/index.ts";
import { createEni } from "./create-eni.ts";
import { adoptEni, describeEni, listEnis } from "./eni-inspection.ts";
import { freeEni } from "./eni-removal.ts";
import { ec2Blocks } from "./eni-set-up.ts";
import type { Node } from "./node.ts";
import { stepFailure } from "./step-failure.ts";

/** Carries out one step of the pool in EC2 and the kernel. What the world refuses comes back as `failed`. */
export async function perform(node: Node, step: WorkStep): Promise<Outcome> {
  switch (step.kind) {
    case "createEni":
      return createEni(node, step);
    case "assignBlocks":
      return assignBlocks(node, step);
    case "unassignBlocks":
      return unassignBlocks(node, step);
    case "freeEni":
      return freeEni(node, step);
    case "reconcile":
      return listEnis(node);
    case "describeEni":
      return describeEni(node, step);
    case "adoptEni":
      return adoptEni(node, step);
    default:
      return assertNever(step);
  }
}

async function assignBlocks(node: Node, { eniId, unit, count }: AssignBlocks): Promise<Outcome> {
  try {
    const { ipv4s, prefixes } = await node.ec2.assign({ eni: eniId, unit, count });
    return { kind: "assigned", blocks: ec2Blocks({ secondaryIpv4s: ipv4s, prefixes }) };
  } catch (error) {
    return stepFailure(error, node.enis.get(eniId)?.subnet);
  }
}

async function unassignBlocks(node: Node, { eniId, blocks }: UnassignBlocks): Promise<Outcome> {
  const ipv4s = blocks.filter(({ bits }) => bits === 32).map(({ base }) => base);
  const prefixes = blocks.filter(({ bits }) => bits !== 32);
  try {
    if (prefixes.length > 0) await node.ec2.unassign({ eni: eniId, ipv4s: [], prefixes });
    if (ipv4s.length > 0) await node.ec2.unassign({ eni: eniId, ipv4s, prefixes: [] });
    return { kind: "unassigned" };
  } catch (error) {
    return stepFailure(error);
  }
}
