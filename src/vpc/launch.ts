import { invariant } from "../base/index.ts";
import { instanceType } from "../facts/index.ts";
import { checkAttach } from "./attach-check.ts";
import { type AttachedEni, displace, place, placeOf } from "./attached-eni.ts";
import { dropEni, makeEni } from "./eni-making.ts";
import { done, type Outcome, refuse } from "./failure.ts";
import type { Instance, LaunchEni, RunInstances } from "./instance.ts";
import { refreshRoutesTo } from "./route-changes.ts";
import type { State } from "./state.ts";
import { putTags } from "./tags.ts";

/** An instance that has its ENIs, but isn't in the records yet. */
export interface Launched {
  readonly instance: Instance;
  readonly enis: readonly { readonly eni: AttachedEni; readonly isNew: boolean }[];
  readonly undo: () => void;
}

type OneLaunch = RunInstances & Pick<Instance, "reservationId" | "launchIndex">;

/** Makes one instance and its ENIs, without telling the followers. Failures: those of RunInstances. */
export function launch(state: State, request: OneLaunch): Outcome<Launched> {
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

/** Puts a made instance into the records and tells the followers. */
export function commit(
  state: State,
  { instance, enis }: Launched,
  { instanceTags }: RunInstances,
): void {
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

/** Whether the request makes sense in itself. Failures: `InvalidParameterValue`, `InvalidParameterCombination`. */
export function checkRun({
  minCount = 1,
  maxCount = minCount,
  enis,
}: RunInstances): Outcome<undefined> {
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
