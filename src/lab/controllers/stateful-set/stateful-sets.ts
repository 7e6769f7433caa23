import type { ControllerRevision, StatefulSet } from "kubernetes-types/apps/v1";
import type { Pod, PodTemplateSpec } from "kubernetes-types/core/v1";
import {
  CONTROLLER_REVISIONS,
  type EventRecorder,
  type Informer,
  PODS,
  STATEFUL_SETS,
} from "../../../kube-client/index.ts";
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
import { controllerOf, controllerReference } from "../objects/owner.ts";
import { planRevisions, REVISION_HASH, type RevisionPlan } from "../objects/revisions.ts";
import { podOfTemplate } from "../objects/template.ts";
import { type Expectations, newExpectations } from "../shell/expectations.ts";
import { followPods } from "../shell/follow-pods.ts";
import { type Index, indexOf } from "../shell/index-of.ts";
import { openPodControl, type PodControl } from "../shell/pod-control.ts";
import { keepRevisions } from "../shell/revision-keeper.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";
import { takeUp } from "../shell/take-up.ts";
import { writeStatus } from "../shell/write-status.ts";
import {
  ordinalOf,
  planStatefulSet,
  type StatefulPod,
  type StatefulSetFacts,
  type StatefulSetPlan,
} from "./plan.ts";
import { statefulSetStatus } from "./status.ts";

/** Keeps the numbered pods of every StatefulSet. Volume claims are not made: the set then gets no pods, and an event. */
export class StatefulSetController implements Controller {
  readonly #shell: Shell;
  readonly #statefulSets: Informer<StatefulSet>;
  readonly #revisions: Index<ControllerRevision>;
  readonly #expectations: Expectations;
  readonly #events: EventRecorder;
  readonly #pods: PodControl;
  readonly #loop: Loop;
  readonly #stops: readonly (() => void)[];

  constructor(shell: Shell) {
    const { informers } = shell;
    const revisions = informers.of(CONTROLLER_REVISIONS);
    this.#shell = shell;
    this.#statefulSets = informers.of(STATEFUL_SETS);
    this.#revisions = indexOf(revisions, (object) => controllerOf(object)?.uid);
    this.#expectations = newExpectations(shell.time);
    this.#events = shell.recorder("statefulset-controller");
    this.#pods = openPodControl(shell, { events: this.#events, expectations: this.#expectations });
    this.#loop = openLoop(shell, {
      sync: (key) => this.#sync(key),
      needs: [this.#statefulSets, revisions, informers.of(PODS)],
    });
    this.#stops = [
      this.#statefulSets.onChange(({ type, object }) => {
        if (type === "deleted") this.#expectations.forget(uidOf(object));
        else this.#loop.add(keyOf(object));
      }),
      followPods(shell, {
        resource: STATEFUL_SETS,
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
    const statefulSet = this.#statefulSets.get(refOfKey(key));
    if (statefulSet === undefined) return undefined;
    if ((statefulSet.spec?.volumeClaimTemplates ?? []).length > 0) {
      const message = "Volume claims are not supported here: remove spec.volumeClaimTemplates";
      this.#events.event(statefulSet, { type: "Warning", reason: "FailedCreate", message });
      return undefined;
    }
    const mayAct = this.#expectations.isMet(uidOf(statefulSet)) && !isDeleting(statefulSet);
    const pods = await this.#take(statefulSet);
    const history = this.#history(statefulSet, pods);
    if (!isDeleting(statefulSet)) {
      const kept = await keepRevisions(this.#shell.client, history);
      if (kept === "collision") return this.#countCollision(statefulSet);
    }
    const updateRevision = nameOf(history.current);
    const currentRevision = statefulSet.status?.currentRevision ?? updateRevision;
    const facts = { pods, currentRevision, updateRevision };
    const plan = planStatefulSet(statefulSet, facts);
    const failure = mayAct ? await this.#perform(statefulSet, plan, facts) : undefined;
    const nowMs = this.#shell.time.nowMs();
    const { status, changesAtMs } = statefulSetStatus(statefulSet, { ...facts, nowMs });
    await writeStatus(this.#shell, { resource: STATEFUL_SETS, object: statefulSet, status });
    if (failure !== undefined) throw failure.error;
    return changesAtMs === undefined ? undefined : changesAtMs - nowMs + 1;
  }

  async #take(statefulSet: StatefulSet): Promise<Pod[]> {
    const isNamedAfter = (pod: Pod): boolean => ordinalOf(statefulSet, pod) !== undefined;
    return takeUp(
      this.#shell,
      { resource: STATEFUL_SETS, object: statefulSet },
      {
        resource: PODS,
        claim: claim({
          owner: statefulSet,
          selector: statefulSet.spec?.selector,
          owned: this.#shell.podsByController.get(uidOf(statefulSet)),
          loose: this.#shell.loosePods.get(namespaceOf(statefulSet)).filter(isNamedAfter),
        }),
      },
    );
  }

  #history(statefulSet: StatefulSet, pods: readonly Pod[]): RevisionPlan {
    return planRevisions({
      owner: statefulSet,
      resource: STATEFUL_SETS,
      template: statefulSet.spec?.template ?? {},
      collisions: statefulSet.status?.collisionCount ?? 0,
      historyLimit: statefulSet.spec?.revisionHistoryLimit ?? 10,
      revisions: this.#revisions.get(uidOf(statefulSet)),
      live: new Set([
        ...pods.map((pod) => labelsOf(pod)[REVISION_HASH] ?? ""),
        statefulSet.status?.currentRevision ?? "",
      ]),
    });
  }

  async #countCollision(statefulSet: StatefulSet): Promise<number> {
    const collisionCount = (statefulSet.status?.collisionCount ?? 0) + 1;
    await writeStatus(this.#shell, {
      resource: STATEFUL_SETS,
      object: statefulSet,
      status: { replicas: 0, availableReplicas: 0, ...statefulSet.status, collisionCount },
    });
    return 0;
  }

  async #perform(
    statefulSet: StatefulSet,
    { create, remove }: StatefulSetPlan,
    facts: StatefulSetFacts,
  ): ReturnType<PodControl["create"]> {
    const pods = create.map((pod) =>
      podFor(statefulSet, pod, this.#templateOf(statefulSet, pod.revision, facts)),
    );
    const created = await this.#pods.create(statefulSet, pods);
    return created ?? (await this.#pods.remove(statefulSet, remove));
  }

  /** The template of an earlier revision stands in its ControllerRevision; if that is gone, today's must do. */
  #templateOf(
    statefulSet: StatefulSet,
    name: string,
    { updateRevision }: StatefulSetFacts,
  ): PodTemplateSpec {
    const template = statefulSet.spec?.template ?? {};
    if (name === updateRevision) return template;
    const revision = this.#revisions
      .get(uidOf(statefulSet))
      .find((other) => nameOf(other) === name);
    const data = revision?.data as { spec?: { template?: PodTemplateSpec } } | undefined;
    return data?.spec?.template ?? template;
  }
}

function podFor(
  statefulSet: StatefulSet,
  { ordinal, revision }: StatefulPod,
  template: PodTemplateSpec,
): Pod {
  const name = `${nameOf(statefulSet)}-${ordinal}`;
  const pod = podOfTemplate(template, {
    name,
    namespace: namespaceOf(statefulSet),
    owner: controllerReference(statefulSet, STATEFUL_SETS),
    labels: {
      [REVISION_HASH]: revision,
      "apps.kubernetes.io/pod-index": String(ordinal),
      "statefulset.kubernetes.io/pod-name": name,
    },
  });
  const { serviceName } = statefulSet.spec ?? {};
  const subdomain =
    serviceName === undefined || serviceName === "" ? {} : { subdomain: serviceName };
  return { ...pod, spec: { ...(pod.spec ?? { containers: [] }), hostname: name, ...subdomain } };
}
