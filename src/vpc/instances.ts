import type { InstanceId } from "../facts/index.ts";
import { displace, enisOf, placeOf } from "./attached-eni.ts";
import { deleteEni } from "./eni-making.ts";
import type { Eni } from "./eni.ts";
import { done, type Outcome } from "./failure.ts";
import type { Reservation, RunInstances, Termination } from "./instance.ts";
import { checkRun, commit, launch, type Launched } from "./launch.ts";
import { refreshRoutesTo } from "./route-changes.ts";
import type { State } from "./state.ts";
import { checkTags } from "./tags.ts";

/** The operations on instances. */
export class Instances {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * RunInstances: each instance with its ENIs, attached at once; `running` after the delay. As many start as there
   * is room for, up to `maxCount`; with less than `minCount` nothing does.
   * Failures: those of CreateNetworkInterface and AttachNetworkInterface, `InvalidParameterValue` (type, counts),
   * `InvalidParameterCombination` (no ENI at device index 0; several instances with one address or ENI).
   */
  run(request: RunInstances): Outcome<Reservation> {
    const state = this.#state;
    const checked = checkRun(request);
    if (!checked.ok) return checked;
    const tags = checkTags(state, { given: request.instanceTags });
    if (!tags.ok) return tags;
    const { minCount = 1, maxCount = minCount } = request;
    const launched: Launched[] = [];
    const reservationId = state.newId("reservation");
    while (launched.length < maxCount) {
      const next = launch(state, { ...request, reservationId, launchIndex: launched.length });
      if (next.ok) {
        launched.push(next.value);
      } else if (launched.length < minCount) {
        for (const { undo } of launched.toReversed()) undo();
        return next;
      } else {
        break;
      }
    }
    for (const one of launched) commit(state, one, request);
    return done({ id: reservationId, instances: launched.map(({ instance }) => instance) });
  }

  /**
   * TerminateInstances: `shutting-down` at once; after the delay `terminated`, its ENIs deleted or available.
   * All or nothing. Failure: `InvalidInstanceID.NotFound`.
   */
  terminate(ids: readonly InstanceId[]): Outcome<readonly Termination[]> {
    const state = this.#state;
    for (const id of ids) {
      const found = state.instances.find(id);
      if (!found.ok) return found;
    }
    return done(ids.map((id) => this.#terminateOne(id)));
  }

  /** The ENIs of an instance by card and device index; also those still attaching or detaching. */
  enisOf(id: InstanceId): readonly Eni[] {
    return enisOf(this.#state, id);
  }

  #terminateOne(id: InstanceId): Termination {
    const state = this.#state;
    const { state: previous } = state.instances.known(id);
    if (previous === "shutting-down" || previous === "terminated") {
      return { instanceId: id, previous, current: previous };
    }
    state.instances.change(id, { state: "shutting-down" });
    state.publish({ kind: "instanceShuttingDown", instanceId: id });
    state.later(state.settings.timing.terminate, { kind: "terminated", instanceId: id });
    return { instanceId: id, previous, current: "shutting-down" };
  }
}

/** Ends the pending state, unless the instance is being terminated already. */
export function finishLaunch(state: State, id: InstanceId): void {
  if (state.instances.known(id).state !== "pending") return;
  state.instances.change(id, { state: "running" });
  state.publish({ kind: "instanceRunning", instanceId: id });
}

/** Completes a termination: the ENIs go, or become available. */
export function finishTermination(state: State, id: InstanceId): void {
  for (const eni of enisOf(state, id)) {
    const left = displace(state, eni);
    state.publish({ kind: "eniDetached", ...placeOf(eni) });
    if (eni.attachment.deleteOnTermination) deleteEni(state, left);
    else refreshRoutesTo(state, { kind: "eni", id: eni.id });
  }
  state.enisOfInstance.delete(id);
  state.instances.change(id, { state: "terminated" });
  state.publish({ kind: "instanceTerminated", instanceId: id });
  state.later(state.settings.timing.forget, { kind: "instanceForgotten", instanceId: id });
}

/** Lets a terminated instance vanish from the records. */
export function forgetInstance(state: State, id: InstanceId): void {
  state.instances.delete(id);
  state.tags.delete(id);
}
