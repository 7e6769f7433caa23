import type { SubnetId } from "../facts/index.ts";
import type { CreateEni, StepFailure } from "../pool/index.ts";
import { placeForEni } from "./eni-place.ts";
import type { EniPlace } from "./eni-place.ts";
import type { Node } from "./node.ts";
import type { SubnetChoice, UnusedReason } from "./subnets/subnet-choice.ts";

/** Where to try to make an ENI, one place after the other; or why there is none, as the step's outcome. */
export type EniPlaces =
  | { readonly ok: true; readonly places: readonly [EniPlace, ...EniPlace[]] }
  | { readonly ok: false; readonly failure: StepFailure };

/** Reasons that pass: with another time, or a smaller ENI, it may be otherwise. */
const PASSING: ReadonlySet<UnusedReason> = new Set(["tooFewAddresses", "refused"]);

/** The subnet of the node's ENIConfig; without custom networking those that {@link Node.subnets} chooses. */
export async function placesForEni(node: Node, step: CreateEni): Promise<EniPlaces> {
  if (node.customNetworking !== undefined) return configuredPlace(node, step);
  const { avoidSubnets } = step;
  const choices = await node.subnets.choose(step);
  const eligible = choices.filter(({ unused }) => unused === undefined || PASSING.has(unused));
  const [first, ...others] = eligible
    .filter(({ subnet, unused }) => unused === undefined && !avoidSubnets.includes(subnet))
    .map(({ subnet }): EniPlace => ({ subnet, securityGroups: "primary" }));
  if (first !== undefined) return { ok: true, places: [first, ...others] };
  return { ok: false, failure: noPlace(step, eligible) };
}

function configuredPlace(node: Node, step: CreateEni): EniPlaces {
  const place = placeForEni(node);
  // The pool does not grow without an ENIConfig; it may have gone this very moment.
  if (!place.ok) return { ok: false, failure: refused("NoENIConfig") };
  const { subnet } = place.value;
  if (step.avoidSubnets.includes(subnet)) return { ok: false, failure: full(step, subnet) };
  return { ok: true, places: [place.value] };
}

/** A subnet that the pool did not want avoided goes first: of that one it does not know yet. */
function noPlace(step: CreateEni, eligible: readonly SubnetChoice[]): StepFailure {
  const subnets = eligible.map(({ subnet }) => subnet);
  const subnet = subnets.find((each) => !step.avoidSubnets.includes(each)) ?? subnets[0];
  return subnet === undefined ? refused(NO_USABLE_SUBNET) : full(step, subnet);
}

/** The code of the outcome when the tags of the VPC's subnets leave none for the node's ENIs. */
export const NO_USABLE_SUBNET = "NoUsableSubnet";

/** The answer of the subnets that are avoided, which a moment ago gave it themselves. */
function full({ unit }: CreateEni, subnetId: SubnetId): StepFailure {
  return unit === "prefix"
    ? { kind: "failed", reason: "noFreeBlock", code: "InsufficientCidrBlocks", subnetId }
    : { kind: "failed", reason: "subnetFull", code: "InsufficientFreeAddressesInSubnet", subnetId };
}

function refused(code: string): StepFailure {
  return { kind: "failed", reason: "other", code, subnetId: undefined };
}
