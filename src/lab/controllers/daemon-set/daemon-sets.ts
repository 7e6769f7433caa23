import type { ControllerRevision, DaemonSet } from "kubernetes-types/apps/v1";
import type { Node, Pod } from "kubernetes-types/core/v1";
import {
  CONTROLLER_REVISIONS,
  DAEMON_SETS,
  type EventRecorder,
  type Informer,
  type InformerChange,
  NODES,
  PODS,
} from "../../../kube-client/index.ts";
import { meansSame } from "../objects/canonical.ts";
import { claim } from "../objects/claim.ts";
import {
  isDeleting,
  keyOf,
  labelsOf,
  nameOf,
  namespaceOf,
  refOfKey,
  uidOf,
} from "../objects/meta.ts";
import { controllerOf } from "../objects/owner.ts";
import { phaseOf } from "../objects/pod.ts";
import { planRevisions, REVISION_HASH, type RevisionPlan } from "../objects/revisions.ts";
import { isEmptySelector } from "../objects/selector.ts";
import { type Expectations, newExpectations } from "../shell/expectations.ts";
import { followPods } from "../shell/follow-pods.ts";
import { type Index, indexOf } from "../shell/index-of.ts";
import { openPodControl, type PodControl } from "../shell/pod-control.ts";
import { keepRevisions } from "../shell/revision-keeper.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";
import { takeUp } from "../shell/take-up.ts";
import { writeStatus } from "../shell/write-status.ts";
import { daemonPod, nodeNameOf } from "./daemon-pod.ts";
import { type HeldBack, newHeldBack } from "./held-back.ts";
import { type DaemonSetFacts, type DaemonSetPlan, planDaemonSet } from "./plan.ts";
import { daemonSetStatus } from "./status.ts";

// As many pods are created or deleted in one go (BurstReplicas of the DaemonSet controller).
const BURST = 250;

/** Keeps one pod of every DaemonSet on each node that fits, and replaces those of old templates. */
export class DaemonSetController implements Controller {
  readonly #shell: Shell;
  readonly #daemonSets: Informer<DaemonSet>;
  readonly #nodes: Informer<Node>;
  readonly #revisions: Index<ControllerRevision>;
  readonly #expectations: Expectations;
  readonly #events: EventRecorder;
  readonly #pods: PodControl;
  readonly #heldBack: HeldBack = newHeldBack();
  readonly #loop: Loop;
  readonly #stops: readonly (() => void)[];

  constructor(shell: Shell) {
    const { informers } = shell;
    this.#shell = shell;
    this.#daemonSets = informers.of(DAEMON_SETS);
    this.#nodes = informers.of(NODES);
    const revisions = informers.of(CONTROLLER_REVISIONS);
    this.#revisions = indexOf(revisions, (object) => controllerOf(object)?.uid);
    this.#expectations = newExpectations(shell.time);
    this.#events = shell.recorder("daemonset-controller");
    this.#pods = openPodControl(shell, { events: this.#events, expectations: this.#expectations });
    this.#loop = openLoop(shell, {
      sync: (key) => this.#sync(key),
      needs: [this.#daemonSets, this.#nodes, revisions, informers.of(PODS)],
    });
    this.#stops = [
      this.#daemonSets.onChange(({ type, object }) => {
        if (type === "deleted") this.#expectations.forget(uidOf(object));
        else this.#loop.add(keyOf(object));
      }),
      this.#nodes.onChange((change) => this.#nodeChanged(change)),
      followPods(shell, {
        resource: DAEMON_SETS,
        selectorOf: ({ spec }) => spec?.selector,
        loop: this.#loop,
        expectations: this.#expectations,
      }),
    ];
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#loop.close();
  }

  async #sync(key: string): Promise<number | undefined> {
    const daemonSet = this.#daemonSets.get(refOfKey(key));
    if (daemonSet === undefined) return undefined;
    if (isEmptySelector(daemonSet.spec?.selector)) {
      const message = "This daemon set is selecting all pods. A non-empty selector is required.";
      this.#events.event(daemonSet, { type: "Warning", reason: "SelectingAll", message });
      return undefined;
    }
    const mayAct = this.#expectations.isMet(uidOf(daemonSet)) && !isDeleting(daemonSet);
    const pods = await this.#take(daemonSet);
    const history = this.#history(daemonSet, pods);
    if (!isDeleting(daemonSet)) {
      const kept = await keepRevisions(this.#shell.client, history);
      if (kept === "collision") return this.#countCollision(daemonSet);
    }
    const facts = this.#factsOf(daemonSet, pods, history);
    const plan = planDaemonSet(daemonSet, facts);
    const failure = mayAct ? await this.#perform(daemonSet, plan, facts) : undefined;
    const { status, changesAtMs } = daemonSetStatus(daemonSet, facts);
    await writeStatus(this.#shell, { resource: DAEMON_SETS, object: daemonSet, status });
    if (failure !== undefined) throw failure.error;
    return soonest([
      changesAtMs === undefined ? undefined : changesAtMs - facts.nowMs + 1,
      this.#untilReplaced(daemonSet, pods),
    ]);
  }

  async #take(daemonSet: DaemonSet): Promise<Pod[]> {
    return takeUp(
      this.#shell,
      { resource: DAEMON_SETS, object: daemonSet },
      {
        resource: PODS,
        claim: claim({
          owner: daemonSet,
          selector: daemonSet.spec?.selector,
          owned: this.#shell.podsByController.get(uidOf(daemonSet)),
          loose: this.#shell.loosePods.get(namespaceOf(daemonSet)),
        }),
      },
    );
  }

  #history(daemonSet: DaemonSet, pods: readonly Pod[]): RevisionPlan {
    return planRevisions({
      owner: daemonSet,
      resource: DAEMON_SETS,
      template: daemonSet.spec?.template ?? {},
      collisions: daemonSet.status?.collisionCount ?? 0,
      historyLimit: daemonSet.spec?.revisionHistoryLimit ?? 10,
      revisions: this.#revisions.get(uidOf(daemonSet)),
      live: new Set(pods.map((pod) => labelsOf(pod)[REVISION_HASH] ?? "")),
    });
  }

  async #countCollision(daemonSet: DaemonSet): Promise<number> {
    const { status } = daemonSet;
    const collisionCount = (status?.collisionCount ?? 0) + 1;
    await writeStatus(this.#shell, {
      resource: DAEMON_SETS,
      object: daemonSet,
      status: { ...EMPTY_STATUS, ...status, collisionCount },
    });
    return 0;
  }

  #factsOf(daemonSet: DaemonSet, pods: readonly Pod[], { current }: RevisionPlan): DaemonSetFacts {
    const nowMs = this.#shell.time.nowMs();
    return {
      nodes: this.#nodes.list(),
      pods,
      hash: labelsOf(current)[REVISION_HASH] ?? "",
      nowMs,
      isHeldBack: (nodeName) => this.#heldBack.leftMs(heldKey(daemonSet, nodeName), nowMs) > 0,
    };
  }

  async #perform(
    daemonSet: DaemonSet,
    { create, remove, ended }: DaemonSetPlan,
    { hash, nowMs }: DaemonSetFacts,
  ): ReturnType<PodControl["create"]> {
    for (const pod of ended) {
      this.#sayEnded(daemonSet, pod);
      this.#heldBack.replaced(heldKey(daemonSet, nodeNameOf(pod) ?? ""), nowMs);
    }
    const pods = create.slice(0, BURST).map((nodeName) => daemonPod(daemonSet, { nodeName, hash }));
    const [created, removed] = await Promise.all([
      this.#pods.create(daemonSet, pods),
      this.#pods.remove(daemonSet, remove.slice(0, BURST)),
    ]);
    return created ?? removed;
  }

  #sayEnded(daemonSet: DaemonSet, pod: Pod): void {
    const what = `daemon pod ${keyOf(pod)} on node ${nodeNameOf(pod) ?? ""}`;
    if (phaseOf(pod) === "Failed") {
      const message = `Found failed ${what}, will try to kill it`;
      this.#events.event(daemonSet, { type: "Warning", reason: "FailedDaemonPod", message });
    } else {
      const message = `Found succeeded ${what}, will try to delete it`;
      this.#events.event(daemonSet, { type: "Normal", reason: "SucceededDaemonPod", message });
    }
  }

  #untilReplaced(daemonSet: DaemonSet, pods: readonly Pod[]): number | undefined {
    const nowMs = this.#shell.time.nowMs();
    return soonest(
      pods
        .filter((pod) => phaseOf(pod) === "Failed" || phaseOf(pod) === "Succeeded")
        .map((pod) => this.#heldBack.leftMs(heldKey(daemonSet, nodeNameOf(pod) ?? ""), nowMs))
        .map((leftMs) => (leftMs === 0 ? undefined : leftMs)),
    );
  }

  #nodeChanged({ object, old }: InformerChange<Node>): void {
    const isSame =
      old !== undefined &&
      meansSame(labelsOf(object), labelsOf(old)) &&
      meansSame(object.spec?.taints, old.spec?.taints);
    if (isSame) return;
    for (const daemonSet of this.#daemonSets.list()) this.#loop.addSoon(keyOf(daemonSet));
  }
}

const EMPTY_STATUS = {
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
};

function heldKey(daemonSet: DaemonSet, nodeName: string): string {
  return `${uidOf(daemonSet)}/${nameOf(daemonSet)}/${nodeName}`;
}

function soonest(delays: readonly (number | undefined)[]): number | undefined {
  const known = delays.filter((delay) => delay !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
