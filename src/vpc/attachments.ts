import type { AttachmentId } from "../facts/index.ts";
import { checkAttach } from "./attach-check.ts";
import { type AttachedEni, displace, isAttached, place, placeOf } from "./attached-eni.ts";
import type { AttachEni, Attachment } from "./eni.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
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
