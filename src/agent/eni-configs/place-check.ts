import type { EniConfigFault } from "../cluster.ts";
import type { EniPlace } from "../eni-place.ts";
import { because } from "../ledger/reason.ts";
import { errorFacts } from "../log.ts";
import type { Node } from "../node.ts";
import { findProblems, zoneProblem } from "./problem.ts";

/**
 * After what time what was wrong is looked at again, twice as long each time: subnets and groups can be made after the
 * ENIConfig that names them. A changed ENIConfig is looked at at once.
 */
const RECHECK_FIRST_MS = 30_000;
/** All nodes of a cluster may ask. */
const RECHECK_MOST_MS = 300_000;

/** Asks EC2 whether ENIs can be made where the node's ENIConfig says, before one has to be. */
export interface PlaceCheck {
  /** What is wrong with the place; undefined if nothing is known to be. Asks EC2 about a place that is new, and tells when it knows. */
  faultOf(place: EniPlace): EniConfigFault | undefined;
  /** Resolves when EC2 is not being asked about a new place. Never rejects. */
  checked(): Promise<void>;
  stop(): void;
}

const ASKING: EniConfigFault = {
  reason: "unread",
  text: "EC2 is being asked about the subnet and the security groups of the node's ENIConfig",
};

/** A check that calls `onNews` whenever {@link PlaceCheck.faultOf} may say something else. */
export function newPlaceCheck(node: Node, onNews: () => void): PlaceCheck {
  const stopping = new AbortController();
  const signal = AbortSignal.any([node.stopping, stopping.signal]);
  let current: { key: string; fault: EniConfigFault | undefined } | undefined;
  let asked = Promise.resolve();

  async function check(key: string, place: EniPlace, againMs = RECHECK_FIRST_MS): Promise<void> {
    const fault = await because("watch", () => askEc2(node, place));
    if (isStopped(signal) || current?.key !== key) return;
    current = { key, fault };
    onNews();
    if (fault !== undefined) void recheck(key, place, againMs);
  }

  async function recheck(key: string, place: EniPlace, afterMs: number): Promise<void> {
    await node.time.sleep(afterMs, { signal });
    if (isStopped(signal) || current?.key !== key) return;
    await check(key, place, Math.min(2 * afterMs, RECHECK_MOST_MS));
  }

  return {
    faultOf(place) {
      const key = JSON.stringify(place);
      if (current?.key !== key) {
        current = { key, fault: ASKING };
        asked = check(key, place);
      }
      return current.fault;
    },
    checked: () => asked,
    stop: () => stopping.abort(),
  };
}

async function askEc2(node: Node, place: EniPlace): Promise<EniConfigFault | undefined> {
  const { ec2, instance, log } = node;
  const { subnet, securityGroups: wanted } = place;
  const securityGroups = wanted === "primary" ? [] : wanted;
  try {
    const subnets = await ec2.subnets({ ids: [subnet] });
    const groups = await ec2.securityGroups(securityGroups);
    const facts = { subnets, groups, vpc: instance.vpc };
    const [problem] = findProblems({ subnet, securityGroups }, facts);
    if (problem !== undefined) return invalid(problem.text);
    const here = { who: "this node is", zone: instance.availabilityZone };
    const elsewhere = subnets.map((found) => zoneProblem(found, here)).find(isText);
    return elsewhere === undefined ? undefined : invalid(elsewhere);
  } catch (error) {
    // A role that may not ask is no reason to make nothing.
    log.warn(errorFacts(error), "EC2 does not say whether the node's ENIConfig can be used");
    return undefined;
  }
}

function invalid(why: string): EniConfigFault {
  return { reason: "invalid", text: `the node's ENIConfig can't be used: ${why}` };
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}

function isStopped({ aborted }: AbortSignal): boolean {
  return aborted;
}
