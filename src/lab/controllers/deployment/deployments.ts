import type { Deployment, ReplicaSet } from "kubernetes-types/apps/v1";
import type { Pod } from "kubernetes-types/core/v1";
import {
  DEPLOYMENTS,
  type EventRecorder,
  type Informer,
  type InformerChange,
  isAlreadyExists,
  isNotFound,
  PODS,
  REPLICA_SETS,
} from "../../../kube-client/index.ts";
import { claim } from "../objects/claim.ts";
import { keyOf, labelsOf, nameOf, namespaceOf, refOf, refOfKey, uidOf } from "../objects/meta.ts";
import { controllerOf, isControlledBy } from "../objects/owner.ts";
import { isPodFinished } from "../objects/pod.ts";
import { isEmptySelector, selects } from "../objects/selector.ts";
import { isSameTemplate } from "../objects/template.ts";
import { type Index, indexOf } from "../shell/index-of.ts";
import { messageOf } from "../shell/pod-control.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";
import { takeUp } from "../shell/take-up.ts";
import { writeStatus } from "../shell/write-status.ts";
import { REVISION } from "./annotations.ts";
import { isRolling, replicasOf } from "./fleet.ts";
import { planDeployment, type ReplicaSetChange } from "./plan.ts";
import { hasProgressDeadline, withProgressCondition } from "./status.ts";

/** Rolls Deployments out by creating and sizing their ReplicaSets. */
export class DeploymentController implements Controller {
  readonly #shell: Shell;
  readonly #deployments: Informer<Deployment>;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #owned: Index<ReplicaSet>;
  readonly #loose: Index<ReplicaSet>;
  readonly #events: EventRecorder;
  readonly #loop: Loop;
  readonly #stops: readonly (() => void)[];

  constructor(shell: Shell) {
    const { informers } = shell;
    this.#shell = shell;
    this.#deployments = informers.of(DEPLOYMENTS);
    this.#replicaSets = informers.of(REPLICA_SETS);
    this.#owned = indexOf(this.#replicaSets, (object) => controllerOf(object)?.uid);
    this.#loose = indexOf(this.#replicaSets, (object) =>
      controllerOf(object) === undefined ? namespaceOf(object) : undefined,
    );
    this.#events = shell.recorder("deployment-controller");
    this.#loop = openLoop(shell, {
      sync: (key) => this.#sync(key),
      needs: [this.#deployments, this.#replicaSets, informers.of(PODS)],
    });
    this.#stops = [
      this.#deployments.onChange(({ type, object }) => {
        if (type !== "deleted") this.#loop.add(keyOf(object));
      }),
      this.#replicaSets.onChange((change) => this.#replicaSetChanged(change)),
      informers.of(PODS).onChange((change) => this.#podChanged(change)),
    ];
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#loop.close();
  }

  async #sync(key: string): Promise<number | undefined> {
    const deployment = this.#deployments.get(refOfKey(key));
    if (deployment === undefined) return undefined;
    if (isEmptySelector(deployment.spec?.selector)) {
      const message = "This deployment is selecting all pods. A non-empty selector is required.";
      this.#events.event(deployment, { type: "Warning", reason: "SelectingAll", message });
      return undefined;
    }
    const held = await takeUp(
      this.#shell,
      { resource: DEPLOYMENTS, object: deployment },
      {
        resource: REPLICA_SETS,
        claim: claim({
          owner: deployment,
          selector: deployment.spec?.selector,
          owned: this.#owned.get(uidOf(deployment)),
          loose: this.#loose.get(namespaceOf(deployment)),
        }),
      },
    );
    const hasPods = (replicaSet: ReplicaSet): boolean =>
      this.#shell.podsByController.get(uidOf(replicaSet)).some((pod) => !isPodFinished(pod));
    const plan = planDeployment(deployment, {
      replicaSets: held,
      hasPods,
      nowMs: this.#shell.time.nowMs(),
    });

    for (const change of plan.changes) await this.#resize(deployment, change);
    if (plan.create !== undefined) await this.#create(deployment, plan.create);
    for (const replicaSet of plan.surplus) await this.#removeOld(replicaSet);
    const fresh =
      plan.revision === undefined ? deployment : await this.#setRevision(deployment, plan.revision);
    await writeStatus(this.#shell, { resource: DEPLOYMENTS, object: fresh, status: plan.status });
    return plan.dueMs === undefined ? undefined : plan.dueMs - this.#shell.time.nowMs() + 1000;
  }

  async #resize(deployment: Deployment, change: ReplicaSetChange): Promise<void> {
    const { replicaSet, replicas, annotations, minReadySeconds } = change;
    const { resourceVersion } = replicaSet.metadata ?? {};
    await this.#shell.client.patch(REPLICA_SETS, refOf(replicaSet), {
      type: "merge",
      body: { metadata: { resourceVersion, annotations }, spec: { replicas, minReadySeconds } },
    });
    this.#sayScaled(deployment, { replicaSet, from: replicasOf(replicaSet), to: replicas });
  }

  #sayScaled(
    deployment: Deployment,
    { replicaSet, from, to }: { replicaSet: ReplicaSet; from: number; to: number },
  ): void {
    if (from === to) return;
    const way = to > from ? "up" : "down";
    const message = `Scaled ${way} replica set ${nameOf(replicaSet)} from ${from} to ${to}`;
    this.#events.event(deployment, { type: "Normal", reason: "ScalingReplicaSet", message });
  }

  async #create(deployment: Deployment, replicaSet: ReplicaSet): Promise<void> {
    try {
      await this.#shell.client.create(REPLICA_SETS, replicaSet);
      this.#sayScaled(deployment, { replicaSet, from: 0, to: replicasOf(replicaSet) });
    } catch (error) {
      if (isAlreadyExists(error)) await this.#whenNameIsTaken(deployment, replicaSet, error);
      else await this.#sayCreateFailed(deployment, replicaSet, error);
    }
  }

  /** The informer may lag behind our own creation; anything else of that name needs another hash. */
  async #whenNameIsTaken(
    deployment: Deployment,
    replicaSet: ReplicaSet,
    error: unknown,
  ): Promise<void> {
    const existing = await this.#shell.client.get(REPLICA_SETS, refOf(replicaSet));
    const isOurs = controllerOf(existing)?.uid === uidOf(deployment);
    const template = deployment.spec?.template ?? {};
    if (isOurs && isSameTemplate(existing.spec?.template ?? {}, template)) return;
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    const status = { ...deployment.status, collisionCount };
    await writeStatus(this.#shell, { resource: DEPLOYMENTS, object: deployment, status });
    throw error;
  }

  async #sayCreateFailed(
    deployment: Deployment,
    replicaSet: ReplicaSet,
    error: unknown,
  ): Promise<never> {
    const text = `Failed to create new replica set "${nameOf(replicaSet)}": ${messageOf(error)}`;
    this.#events.event(deployment, {
      type: "Warning",
      reason: "ReplicaSetCreateError",
      message: text,
    });
    if (hasProgressDeadline(deployment)) {
      const conditions = withProgressCondition(
        deployment.status?.conditions ?? [],
        { status: "False", reason: "ReplicaSetCreateError", message: text },
        { nowMs: this.#shell.time.nowMs() },
      );
      const status = { ...deployment.status, conditions };
      await writeStatus(this.#shell, { resource: DEPLOYMENTS, object: deployment, status });
    }
    throw error;
  }

  async #removeOld(replicaSet: ReplicaSet): Promise<void> {
    await this.#shell.client
      .delete(REPLICA_SETS, refOf(replicaSet), { uid: uidOf(replicaSet) })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
  }

  async #setRevision(deployment: Deployment, revision: string): Promise<Deployment> {
    const { resourceVersion } = deployment.metadata ?? {};
    return this.#shell.client.patch(DEPLOYMENTS, refOf(deployment), {
      type: "merge",
      body: { metadata: { resourceVersion, annotations: { [REVISION]: revision } } },
    });
  }

  #wakeAdopters(replicaSet: ReplicaSet): void {
    for (const deployment of this.#deployments.list()) {
      if (namespaceOf(deployment) !== namespaceOf(replicaSet)) continue;
      if (selects(deployment.spec?.selector, labelsOf(replicaSet)))
        this.#loop.add(keyOf(deployment));
    }
  }

  #replicaSetChanged({ type, object }: InformerChange<ReplicaSet>): void {
    const key = ownerKeyOf(object);
    if (key === undefined) {
      if (controllerOf(object) === undefined && type !== "deleted") this.#wakeAdopters(object);
    } else if (type === "updated") this.#loop.addSoon(key);
    else this.#loop.add(key);
  }

  /** With Recreate the next template waits until the last old pod is gone. */
  #podChanged({ type, object }: InformerChange<Pod>): void {
    if (type !== "deleted" || !isControlledBy(object, REPLICA_SETS)) return;
    const name = controllerOf(object)?.name ?? "";
    const replicaSet = this.#replicaSets.get({ namespace: namespaceOf(object), name });
    const key = replicaSet && ownerKeyOf(replicaSet);
    const deployment = key === undefined ? undefined : this.#deployments.get(refOfKey(key));
    if (key !== undefined && deployment && !isRolling(deployment)) this.#loop.add(key);
  }
}

function ownerKeyOf(replicaSet: ReplicaSet): string | undefined {
  if (!isControlledBy(replicaSet, DEPLOYMENTS)) return undefined;
  return `${namespaceOf(replicaSet)}/${controllerOf(replicaSet)?.name ?? ""}`;
}
