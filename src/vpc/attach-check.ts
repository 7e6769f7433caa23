import { enisOf, type Slot } from "./attached-eni.ts";
import { checkSlots, checkTakesPrefixes } from "./eni-limits.ts";
import { type Eni, eniStatus } from "./eni.ts";
import { DONE, type Outcome, refuse } from "./failure.ts";
import type { Instance } from "./instance.ts";
import type { State } from "./state.ts";

/** Whether the ENI may be put there; its instance's state aside. Failures: those of AttachNetworkInterface. */
export function checkAttach(
  state: State,
  {
    eni,
    instance,
    slot,
  }: { eni: Eni; instance: Pick<Instance, "id" | "type" | "zone">; slot: Slot },
): Outcome<undefined> {
  if (eniStatus(eni) !== "available") {
    return refuse("InvalidNetworkInterface.InUse", `Interface: [${eni.id}] in use.`);
  }
  if (eni.zone.name !== instance.zone.name) {
    return refuse(
      "InvalidParameterCombination",
      `You may not attach a network interface to an instance if they are not in the same availability zone: ${eni.zone.name} and ${instance.zone.name}`,
    );
  }
  const { type } = instance;
  const place = checkSlot(state, { instance, slot });
  if (!place.ok) return place;
  const slots = checkSlots(eni.addresses.length + eni.prefixes.length, type.ipv4PerEni);
  if (!slots.ok) return slots;
  if (eni.prefixes.length > 0) {
    const nitro = checkTakesPrefixes(instance);
    if (!nitro.ok) return nitro;
  }
  if (eni.interfaceType !== "trunk") return DONE;
  const second = enisOf(state, instance.id).some(({ interfaceType }) => interfaceType === "trunk");
  if (type.trunking === true && !second) return DONE;
  const why = second ? "it has one already" : `${type.type} does not support trunking`;
  return refuse(
    "InvalidParameterValue",
    `Instance '${instance.id}' cannot have the trunk interface '${eni.id}': ${why}`,
  );
}

function checkSlot(
  state: State,
  { instance, slot }: { instance: Pick<Instance, "id" | "type">; slot: Slot },
): Outcome<undefined> {
  const { id, type } = instance;
  const { deviceIndex, networkCardIndex } = slot;
  const card = type.networkCards.find(({ index }) => index === networkCardIndex);
  if (card === undefined) {
    return refuse(
      "InvalidParameterValue",
      `Network card index '${networkCardIndex}' does not exist on ${type.type}`,
    );
  }
  if (!Number.isInteger(deviceIndex) || deviceIndex < 0) {
    return refuse("InvalidParameterValue", `Invalid device index '${deviceIndex}'`);
  }
  const onCard = enisOf(state, id).filter(
    ({ attachment }) => attachment.networkCardIndex === networkCardIndex,
  );
  if (onCard.some(({ attachment }) => attachment.deviceIndex === deviceIndex)) {
    return refuse(
      "InvalidParameterValue",
      `Instance '${id}' already has an interface attached at device index '${deviceIndex}'.`,
    );
  }
  if (onCard.length < card.maxEnis) return DONE;
  return refuse(
    "AttachmentLimitExceeded",
    `Interface count ${onCard.length + 1} exceeds the limit for ${type.type}`,
  );
}
