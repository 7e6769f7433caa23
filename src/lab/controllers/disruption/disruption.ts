import type { Pod } from "kubernetes-types/core/v1";
import type { PodDisruptionBudget } from "kubernetes-types/policy/v1";
import {
  DEPLOYMENTS,
  type Informer,
  type InformerChange,
  POD_DISRUPTION_BUDGETS,
  PODS,
  REPLICA_SETS,
  STATEFUL_SETS,
} from "../../../kube-client/index.ts";
import { meansSame } from "../objects/canonical.ts";
import {
  isDeleting,
  keyOf,
  labelsOf,
  namespaceOf,
  refOfKey,
  type NamespacedName,
} from "../objects/meta.ts";
import { controllerOf } from "../objects/owner.ts";
import { isPodFinished, isPodReady } from "../objects/pod.ts";
import { selects } from "../objects/selector.ts";
import { type Index, indexOf } from "../shell/index-of.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";
import { writeStatus } from "../shell/write-status.ts";
import { budgetStatus } from "./plan.ts";

/** Counts for every PodDisruptionBudget how many of its pods may be evicted. */
export class DisruptionController implements Controller {
  readonly #shell: Shell;
  readonly #budgets: Informer<PodDisruptionBudget>;
  readonly #podsByNamespace: Index<Pod>;
  readonly #loop: Loop;
  readonly #stops: readonly (() => void)[];

  constructor(shell: Shell) {
    const { informers } = shell;
    const pods = informers.of(PODS);
    const scaled = [
      informers.of(DEPLOYMENTS),
      informers.of(REPLICA_SETS),
      informers.of(STATEFUL_SETS),
    ];
    this.#shell = shell;
    this.#budgets = informers.of(POD_DISRUPTION_BUDGETS);
    this.#podsByNamespace = indexOf(pods, namespaceOf);
    this.#loop = openLoop(shell, {
      sync: (key) => this.#sync(key),
      needs: [this.#budgets, pods, ...scaled],
    });
    this.#stops = [
      this.#budgets.onChange(({ type, object }) => {
        if (type !== "deleted") this.#loop.add(keyOf(object));
      }),
      pods.onChange((change) => this.#podChanged(change)),
    ];
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#loop.close();
  }

  #podChanged({ type, object, old }: InformerChange<Pod>): void {
    const isSame =
      type === "updated" &&
      old !== undefined &&
      isPodReady(object) === isPodReady(old) &&
      isDeleting(object) === isDeleting(old) &&
      isPodFinished(object) === isPodFinished(old) &&
      meansSame(labelsOf(object), labelsOf(old));
    if (isSame) return;
    for (const budget of this.#budgets.list()) {
      if (namespaceOf(budget) !== namespaceOf(object)) continue;
      const isTouched = [object, ...(old === undefined ? [] : [old])].some((pod) =>
        selects(budget.spec?.selector, labelsOf(pod)),
      );
      if (isTouched) this.#loop.addSoon(keyOf(budget));
    }
  }

  async #sync(key: string): Promise<number | undefined> {
    const budget = this.#budgets.get(refOfKey(key));
    if (budget === undefined || isDeleting(budget)) return undefined;
    const pods = this.#podsByNamespace
      .get(namespaceOf(budget))
      .filter((pod) => selects(budget.spec?.selector, labelsOf(pod)) && !isPodFinished(pod));
    const nowMs = this.#shell.time.nowMs();
    const { status, changesAtMs } = budgetStatus(budget, {
      pods,
      scale: this.#scaleOf(pods),
      nowMs,
    });
    await writeStatus(this.#shell, { resource: POD_DISRUPTION_BUDGETS, object: budget, status });
    return changesAtMs === undefined ? undefined : changesAtMs - nowMs + 1;
  }

  /** How many pods the controllers of these want; a pod without a controller counts for itself. */
  #scaleOf(pods: readonly Pod[]): number {
    const byOwner = new Map<string, number>();
    let loose = 0;
    for (const pod of pods) {
      const owner = controllerOf(pod);
      const namespace = namespaceOf(pod);
      if (owner === undefined) loose += 1;
      else if (!byOwner.has(owner.uid)) {
        this.#countOwner(byOwner, {
          kind: owner.kind,
          uid: owner.uid,
          namespace,
          name: owner.name,
        });
      }
    }
    return [...byOwner.values()].reduce((sum, count) => sum + count, loose);
  }

  #countOwner(
    byOwner: Map<string, number>,
    {
      kind,
      uid,
      namespace,
      name,
    }: NamespacedName & { readonly kind: string; readonly uid: string },
  ): void {
    const { informers } = this.#shell;
    if (kind === "StatefulSet") {
      const set = informers.of(STATEFUL_SETS).get({ namespace, name });
      byOwner.set(uid, set?.spec?.replicas ?? 0);
      return;
    }
    if (kind !== "ReplicaSet") return;
    const replicaSet = informers.of(REPLICA_SETS).get({ namespace, name });
    const parent = replicaSet && controllerOf(replicaSet);
    const deployment =
      parent?.kind === "Deployment"
        ? informers.of(DEPLOYMENTS).get({ namespace, name: parent.name })
        : undefined;
    // All ReplicaSets of one Deployment count once.
    if (parent !== undefined && deployment !== undefined) {
      byOwner.set(uid, 0);
      byOwner.set(parent.uid, deployment.spec?.replicas ?? 1);
    } else {
      byOwner.set(uid, replicaSet?.spec?.replicas ?? 0);
    }
  }
}
