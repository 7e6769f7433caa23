import type { DaemonSet } from "kubernetes-types/apps/v1";
import type { Node, Pod } from "kubernetes-types/core/v1";
import { createdMs, isDeleting, labelsOf, nameOf } from "../objects/meta.ts";
import { isPodAvailable, phaseOf } from "../objects/pod.ts";
import { allowanceOf } from "./allowance.ts";
import { REVISION_HASH } from "../objects/revisions.ts";
import { belongsOn, nodeNameOf } from "./daemon-pod.ts";

/** What brings a DaemonSet nearer to one pod of the current template on every node that fits. */
export interface DaemonSetPlan {
  /** Names of the nodes that get a pod. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  /** Those of `remove` that had ended by themselves. */
  readonly ended: readonly Pod[];
}

/** What there is beside the DaemonSet. */
export interface DaemonSetFacts {
  readonly nodes: readonly Node[];
  /** Those that it controls. */
  readonly pods: readonly Pod[];
  /** The hash of its template. */
  readonly hash: string;
  readonly nowMs: number;
  /** The node's pod has ended a short while ago, and is left for now. */
  readonly isHeldBack?: (nodeName: string) => boolean;
}

/** The pods of one node. */
interface Place {
  readonly node: Node;
  readonly pods: readonly Pod[];
  readonly isWanted: boolean;
  readonly mayStay: boolean;
}

/** First every node gets what it lacks; only if nothing was lacking, or too much, pods of old templates are replaced. */
export function planDaemonSet(daemonSet: DaemonSet, facts: DaemonSetFacts): DaemonSetPlan {
  const places = placesOf(daemonSet, facts);
  const known = new Set(facts.nodes.map(nameOf));
  const surge = surgeOf(daemonSet, places);
  const create: string[] = [];
  const ended: Pod[] = [];
  const remove: Pod[] = facts.pods.filter((pod) => {
    const name = nodeNameOf(pod);
    return name !== undefined && !known.has(name) && !isDeleting(pod);
  });
  for (const place of places) {
    if (place.isWanted && place.pods.length === 0) create.push(nameOf(place.node));
    const living = place.pods.filter((pod) => !isDeleting(pod));
    if (!place.mayStay) {
      remove.push(...living);
      continue;
    }
    if (facts.isHeldBack?.(nameOf(place.node)) !== true) ended.push(...living.filter(hasEnded));
    remove.push(...surplusOn(living, { surge, facts, daemonSet }));
  }
  remove.push(...ended);
  if (create.length + remove.length > 0) return { create, remove, ended };
  return daemonSet.spec?.updateStrategy?.type === "OnDelete"
    ? { create, remove, ended }
    : planUpdate(daemonSet, places, facts);
}

function placesOf(daemonSet: DaemonSet, { nodes, pods }: DaemonSetFacts): Place[] {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const name = nodeNameOf(pod);
    if (name === undefined) continue;
    byNode.set(name, [...(byNode.get(name) ?? []), pod]);
  }
  return nodes.map((node) => ({
    node,
    pods: byNode.get(nameOf(node)) ?? [],
    ...belongsOn(daemonSet, node),
  }));
}

function surgeOf(daemonSet: DaemonSet, places: readonly Place[]): number {
  return allowanceOf(daemonSet, places.filter(({ isWanted }) => isWanted).length).surge;
}

/** All pods on a node but the oldest; while it surges, the oldest of each template, and old ones only until the new one is available. */
function surplusOn(
  living: readonly Pod[],
  context: {
    readonly surge: number;
    readonly facts: DaemonSetFacts;
    readonly daemonSet: DaemonSet;
  },
): Pod[] {
  const { hash } = context.facts;
  const running = living.filter((pod) => !hasEnded(pod)).toSorted(bySchedulingAndAge);
  if (running.length <= 1) return [];
  if (context.surge === 0) return running.slice(1);
  const isCurrent = (pod: Pod): boolean => labelsOf(pod)[REVISION_HASH] === hash;
  const [newest, ...surplusNew] = running.filter(isCurrent);
  const [oldest, ...surplusOld] = running.filter((pod) => !isCurrent(pod));
  const isReplaced =
    newest !== undefined && isAvailable(newest, { ...context.facts, daemonSet: context.daemonSet });
  return [...surplusNew, ...surplusOld, ...(isReplaced && oldest !== undefined ? [oldest] : [])];
}

/** Replaces pods of old templates as far as `maxUnavailable` or `maxSurge` allow. */
function planUpdate(
  daemonSet: DaemonSet,
  places: readonly Place[],
  facts: DaemonSetFacts,
): DaemonSetPlan {
  const wanted = places.filter(({ isWanted }) => isWanted);
  const allowance = allowanceOf(daemonSet, wanted.length);
  const broken: Place[] = [];
  const sound: Place[] = [];
  let used = 0;
  for (const place of wanted) {
    const living = place.pods.filter((pod) => !isDeleting(pod));
    const current = living.find((pod) => labelsOf(pod)[REVISION_HASH] === facts.hash);
    const old = living.find((pod) => labelsOf(pod)[REVISION_HASH] !== facts.hash);
    if (current !== undefined) {
      if (!isAvailable(current, { ...facts, daemonSet })) used += 1;
    } else if (old === undefined) {
      used += 1;
    } else if (isAvailable(old, { ...facts, daemonSet })) {
      sound.push(place);
    } else {
      broken.push(place);
    }
  }
  if (allowance.surge > 0) {
    const begun = [...broken, ...sound.slice(0, Math.max(0, allowance.surge - used))];
    return { create: begun.map(({ node }) => nameOf(node)), remove: [], ended: [] };
  }
  // A pod that is not available counts already as missing: replacing it makes nothing worse.
  used += broken.length;
  const replaced = [...broken, ...sound.slice(0, Math.max(0, allowance.unavailable - used))];
  const remove = replaced.flatMap(({ pods }) => pods.filter((pod) => !isDeleting(pod)));
  return { create: [], remove, ended: [] };
}

function isAvailable(
  pod: Pod,
  { daemonSet, nowMs }: { readonly daemonSet: DaemonSet; readonly nowMs: number },
): boolean {
  return isPodAvailable(pod, { minReadySeconds: daemonSet.spec?.minReadySeconds ?? 0, nowMs });
}

function hasEnded(pod: Pod): boolean {
  return phaseOf(pod) === "Failed" || phaseOf(pod) === "Succeeded";
}

function bySchedulingAndAge(a: Pod, b: Pod): number {
  const isLoose = (pod: Pod): number => (pod.spec?.nodeName === undefined ? 1 : 0);
  return isLoose(a) - isLoose(b) || createdMs(a) - createdMs(b) || (nameOf(a) < nameOf(b) ? -1 : 1);
}
