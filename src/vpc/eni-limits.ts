import { instanceTypes, takesPrefixes } from "../facts/index.ts";
import type { Eni } from "./eni.ts";
import { DONE, type Outcome, refuse } from "./failure.ts";
import type { Instance } from "./instance.ts";
import type { State } from "./state.ts";

/** Addresses and prefixes that an ENI of any instance type can have. */
const SLOTS_MAX = Math.max(...instanceTypes().map((type) => type.ipv4PerEni));

/** Addresses and prefixes that the ENI can have where it is: the limit of its instance's type, if it has one. */
export function slotLimitOf(state: State, eni: Pick<Eni, "attachment">): number {
  const instance = instanceOf(state, eni);
  return instance === undefined ? SLOTS_MAX : instance.type.ipv4PerEni;
}

/** Whether an ENI can have that many addresses and prefixes. Failure: `PrivateIpAddressLimitExceeded`. */
export function checkSlots(slots: number, limit: number = SLOTS_MAX): Outcome<undefined> {
  if (slots <= limit) return DONE;
  return refuse("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.");
}

/** Whether ENIs of the instance, if there is one, take prefixes. Failure: `InvalidParameterCombination`. */
export function checkTakesPrefixes(
  instance: Pick<Instance, "type"> | undefined,
): Outcome<undefined> {
  if (instance === undefined || takesPrefixes(instance.type)) return DONE;
  return refuse(
    "InvalidParameterCombination",
    `The instance type ${instance.type.type} does not support prefixes: only instances built on the Nitro system do.`,
  );
}

/** The instance that the ENI is attached to. */
export function instanceOf(
  state: State,
  { attachment }: Pick<Eni, "attachment">,
): Instance | undefined {
  return attachment === undefined ? undefined : state.instances.known(attachment.instanceId);
}
