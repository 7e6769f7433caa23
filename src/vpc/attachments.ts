import type { AttachmentId, InstanceId } from "../facts/index.ts";
import type { EniPlace } from "./change.ts";
import { checkSlots, checkTakesPrefixes } from "./eni-limits.ts";
import type { AttachEni, Attachment, Eni } from "./eni.ts";
import { eniStatus } from "./eni.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import type { Instance } from "./instance.ts";
import { refreshRoutesTo } from "./route-changes.ts";
import type { State } from "./state.ts";

/** Attaching ENIs to instances and detaching them; both take time. */
export class Attachments {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * AttachNetworkInterface: `attaching` at once, `attached` after the delay; delete-on-termination is false.
   * Failures, in the order of the checks: `InvalidNetworkInterfaceID.NotFound`, `InvalidInstanceID.NotFound`,
   * `IncorrectInstanceState`, `InvalidNetworkInterface.InUse`, `InvalidParameterCombination` (other zone),
   * `InvalidParameterValue` (no such card; device index taken), `AttachmentLimitExceeded`,
   * `PrivateIpAddressLimitExceeded`, `InvalidParameterCombination` (prefixes without Nitro),
   * `InvalidParameterValue` (trunks).
   */
  attach({ eniId, instanceId, deviceIndex, networkCardIndex = 0 }: AttachEni): Outcome<Attachment> {
    const state = this.#state;
    const eni = state.enis.find(eniId);
    if (!eni.ok) return eni;
    const instance = state.instances.find(instanceId);
    if (!instance.ok) return instance;
    if (instance.value.state !== "running") {
      return refuse(
        "IncorrectInstanceState",
        `Instance '${instanceId}' is not in a state that allows attaching: it is '${instance.value.state}'.`,
      );
    }
    const slot = { deviceIndex, networkCardIndex };
    const checked = checkAttach(state, { eni: eni.value, instance: instance.value, slot });
    if (!checked.ok) return checked;
    const attached = place(state, {
      eni: eni.value,
      instanceId,
      slot,
      status: "attaching",
      deleteOnTermination: false,
    });
    state.publish({ kind: "eniAttaching", ...placeOf(attached) });
    const { id } = attached.attachment;
    state.later(state.settings.timing.attach, { kind: "attached", attachmentId: id });
    return done(attached.attachment);
  }

  /**
   * DetachNetworkInterface: `detaching` at once, gone after the delay. A second call succeeds.
   * Failures: `InvalidAttachmentID.NotFound`, `OperationNotPermitted` (device 0 of card 0).
   */
  detach(id: AttachmentId): Outcome<undefined> {
    const state = this.#state;
    const eni = attachedAs(state, id);
    if (eni === undefined) {
      return refuse("InvalidAttachmentID.NotFound", `The attachment ID '${id}' does not exist`);
    }
    const { attachment } = eni;
    if (attachment.deviceIndex === 0 && attachment.networkCardIndex === 0) {
      return refuse(
        "OperationNotPermitted",
        "The network interface at device index 0 and networkCard index 0 cannot be detached.",
      );
    }
    if (attachment.status === "detaching") return DONE;
    const detaching: AttachedEni = { ...eni, attachment: { ...attachment, status: "detaching" } };
    state.enis.put(detaching);
    state.publish({ kind: "eniDetaching", ...placeOf(detaching) });
    refreshRoutesTo(state, { kind: "eni", id: eni.id });
    state.later(state.settings.timing.detach, { kind: "detached", attachmentId: id });
    return DONE;
  }
}

/** An ENI with an attachment. */
export type AttachedEni = Eni & { readonly attachment: Attachment };

/** Where on an instance. */
export interface Slot {
  readonly deviceIndex: number;
  readonly networkCardIndex: number;
}

/** The ENIs of an instance by card and device index; also those still attaching or detaching. */
export function enisOf(state: State, id: InstanceId): readonly AttachedEni[] {
  return [...(state.enisOfInstance.get(id) ?? [])]
    .map((eniId) => state.enis.known(eniId))
    .filter(isAttached)
    .sort(
      ({ attachment: a }, { attachment: b }) =>
        a.networkCardIndex - b.networkCardIndex || a.deviceIndex - b.deviceIndex,
    );
}

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

/** Puts a checked ENI there, without telling the followers. */
export function place(
  state: State,
  request: {
    eni: Eni;
    instanceId: InstanceId;
    slot: Slot;
    status: "attaching" | "attached";
    deleteOnTermination: boolean;
  },
): AttachedEni {
  const { eni, instanceId, slot, status, deleteOnTermination } = request;
  const id = state.newId("attachment");
  const attachment = {
    id,
    instanceId,
    ...slot,
    status,
    deleteOnTermination,
    attachedAtMs: state.nowMs,
  };
  const attached = { ...eni, attachment };
  state.enis.put(attached);
  state.eniOfAttachment.set(id, eni.id);
  const enis = state.enisOfInstance.get(instanceId) ?? new Set();
  state.enisOfInstance.set(instanceId, enis.add(eni.id));
  return attached;
}

/** Takes an ENI away from its instance, without telling the followers. */
export function displace(state: State, eni: AttachedEni): Eni {
  state.eniOfAttachment.delete(eni.attachment.id);
  state.enisOfInstance.get(eni.attachment.instanceId)?.delete(eni.id);
  return state.enis.put({ ...eni, attachment: undefined });
}

/** The place of an ENI, as changes tell it. */
export function placeOf({ id, mac, attachment }: AttachedEni): EniPlace {
  const { instanceId, deviceIndex, networkCardIndex } = attachment;
  return { eniId: id, mac, instanceId, deviceIndex, networkCardIndex };
}

/** Completes an attachment, unless it has been taken back. */
export function finishAttach(state: State, id: AttachmentId): void {
  const eni = attachedAs(state, id);
  if (eni?.attachment.status !== "attaching") return;
  const attached: AttachedEni = { ...eni, attachment: { ...eni.attachment, status: "attached" } };
  state.enis.put(attached);
  state.publish({ kind: "eniAttached", ...placeOf(attached) });
  refreshRoutesTo(state, { kind: "eni", id: eni.id });
}

/** Completes a detachment, unless the instance's termination has. */
export function finishDetach(state: State, id: AttachmentId): void {
  const eni = attachedAs(state, id);
  if (eni === undefined) return;
  displace(state, eni);
  state.publish({ kind: "eniDetached", ...placeOf(eni) });
}

function attachedAs(state: State, id: AttachmentId): AttachedEni | undefined {
  const eniId = state.eniOfAttachment.get(id);
  const eni = eniId === undefined ? undefined : state.enis.known(eniId);
  return eni !== undefined && isAttached(eni) ? eni : undefined;
}

function isAttached(eni: Eni): eni is AttachedEni {
  return eni.attachment !== undefined;
}
