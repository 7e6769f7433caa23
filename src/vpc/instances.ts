import { invariant } from "../base/index.ts";
import { instanceType, type InstanceId } from "../facts/index.ts";
import { type AttachedEni, checkAttach, displace, enisOf, place, placeOf } from "./attachments.ts";
import { deleteEni, dropEni, makeEni } from "./eni-making.ts";
import type { Eni } from "./eni.ts";
import { done, type Outcome, refuse } from "./failure.ts";
import type { Instance, LaunchEni, Reservation, RunInstances, Termination } from "./instance.ts";
import { refreshRoutesTo } from "./route-changes.ts";
import type { State } from "./state.ts";
import { checkTags, putTags } from "./tags.ts";

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

/** An instance that has its ENIs, but isn't in the records yet. */
interface Launched {
  readonly instance: Instance;
  readonly enis: readonly { readonly eni: AttachedEni; readonly isNew: boolean }[];
  readonly undo: () => void;
}

type OneLaunch = RunInstances & Pick<Instance, "reservationId" | "launchIndex">;

function launch(state: State, request: OneLaunch): Outcome<Launched> {
  const { imageId, reservationId, launchIndex, details = {} } = request;
  const type = instanceType(request.instanceType);
  if (type === undefined) {
    return refuse(
      "InvalidParameterValue",
      `Invalid value '${request.instanceType}' for InstanceType.`,
    );
  }
  const home = homeOf(state, request.enis);
  if (!home.ok) return home;
  const { id: subnetId, vpcId, zone } = home.value;
  const id = state.newId("instance");
  const enis: { eni: AttachedEni; isNew: boolean }[] = [];
  const undo = (): void => {
    for (const { eni, isNew } of enis.toReversed()) {
      const left = displace(state, eni);
      if (isNew) dropEni(state, left);
    }
    state.enisOfInstance.delete(id);
  };
  for (const wanted of request.enis) {
    const eni = attachAtLaunch(state, {
      wanted,
      instance: { id, type, zone },
      tags: request.eniTags,
    });
    if (!eni.ok) {
      undo();
      return eni;
    }
    enis.push({ eni: eni.value, isNew: wanted.eniId === undefined });
  }
  const launchedAtMs = state.nowMs;
  const instance: Instance = {
    ...{ id, reservationId, launchIndex, imageId, type, state: "pending" },
    ...{ subnetId, vpcId, zone, launchedAtMs, details },
  };
  return done({ instance, enis, undo });
}

function attachAtLaunch(
  state: State,
  {
    wanted,
    instance,
    tags,
  }: {
    wanted: LaunchEni;
    instance: Pick<Instance, "id" | "type" | "zone">;
    tags: RunInstances["eniTags"];
  },
): Outcome<AttachedEni> {
  const {
    deviceIndex,
    networkCardIndex = 0,
    deleteOnTermination = wanted.eniId === undefined,
  } = wanted;
  const slot = { deviceIndex, networkCardIndex };
  const isNew = wanted.eniId === undefined;
  const eni = isNew ? makeEni(state, { ...wanted, tags }) : state.enis.find(wanted.eniId);
  if (!eni.ok) return eni;
  const checked = checkAttach(state, { eni: eni.value, instance, slot });
  if (!checked.ok) {
    if (isNew) dropEni(state, eni.value);
    return checked;
  }
  const instanceId = instance.id;
  return done(
    place(state, { eni: eni.value, instanceId, slot, status: "attached", deleteOnTermination }),
  );
}

function commit(state: State, { instance, enis }: Launched, { instanceTags }: RunInstances): void {
  const instanceId = instance.id;
  state.instances.put(instance);
  putTags(state, instanceId, instanceTags);
  state.publish({ kind: "instanceLaunched", instanceId });
  for (const { eni, isNew } of enis) {
    if (isNew) state.publish({ kind: "eniCreated", eniId: eni.id });
    state.publish({ kind: "eniAttached", ...placeOf(eni) });
    refreshRoutesTo(state, { kind: "eni", id: eni.id });
  }
  state.later(state.settings.timing.launch, { kind: "running", instanceId });
}

function checkRun({ minCount = 1, maxCount = minCount, enis }: RunInstances): Outcome<undefined> {
  const counts = [minCount, maxCount].every((count) => Number.isInteger(count) && count >= 1);
  if (!counts || minCount > maxCount) {
    return refuse(
      "InvalidParameterValue",
      `Invalid value for MinCount and MaxCount: ${minCount} and ${maxCount}`,
    );
  }
  if (primaryOf(enis) === undefined) {
    return refuse(
      "InvalidParameterCombination",
      "A network interface at device index 0 is required",
    );
  }
  if (maxCount > 1 && enis.some(isUnique)) {
    return refuse(
      "InvalidParameterCombination",
      "Network interfaces and addresses can only be named when one instance is launched",
    );
  }
  return done(undefined);
}

function isUnique(eni: LaunchEni): boolean {
  if (eni.eniId !== undefined) return true;
  const named = [eni.secondaries, eni.prefixes, eni.ipv6Addresses, eni.ipv6Prefixes];
  return eni.primary !== undefined || named.some((list) => list !== undefined && list.length > 0);
}

function primaryOf(enis: readonly LaunchEni[]): LaunchEni | undefined {
  return enis.find(({ deviceIndex, networkCardIndex = 0 }) => {
    return deviceIndex === 0 && networkCardIndex === 0;
  });
}

/** The subnet of the primary ENI: where the instance is. */
function homeOf(state: State, enis: readonly LaunchEni[]): ReturnType<State["subnets"]["find"]> {
  const primary = primaryOf(enis);
  invariant(primary !== undefined, "an instance is launched without a primary ENI");
  if (primary.eniId === undefined) return state.subnets.find(primary.subnetId);
  const eni = state.enis.find(primary.eniId);
  return eni.ok ? state.subnets.find(eni.value.subnetId) : eni;
}
