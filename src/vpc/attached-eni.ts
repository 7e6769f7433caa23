import type { InstanceId } from "../facts/index.ts";
import type { EniPlace } from "./change.ts";
import type { Attachment, Eni } from "./eni.ts";
import type { State } from "./state.ts";

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

/** Whether the ENI has an attachment, in whatever state. */
export function isAttached(eni: Eni): eni is AttachedEni {
  return eni.attachment !== undefined;
}
