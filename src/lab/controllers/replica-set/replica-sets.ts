import type { ReplicaSet } from "kubernetes-types/apps/v1";
import type { Pod } from "kubernetes-types/core/v1";
import { type Informer, PODS, REPLICA_SETS } from "../../../kube-client/index.ts";
import { type Claim, claim } from "../objects/claim.ts";
import { isDeleting, keyOf, nameOf, namespaceOf, refOfKey, uidOf } from "../objects/meta.ts";
import { controllerOf, controllerReference } from "../objects/owner.ts";
import { isPodActive } from "../objects/pod.ts";
import { podOfTemplate } from "../objects/template.ts";
import { type Expectations, newExpectations } from "../shell/expectations.ts";
import { followPods } from "../shell/follow-pods.ts";
import { type Index, indexOf } from "../shell/index-of.ts";
import { openPodControl, type PodControl, type PodFailure } from "../shell/pod-control.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";
import { takeUp } from "../shell/take-up.ts";
import { writeStatus } from "../shell/write-status.ts";
import { planReplicaSet } from "./plan.ts";
import { replicaSetStatus } from "./status.ts";

/** Keeps as many pods of every ReplicaSet as it asks for. */
export class ReplicaSetController implements Controller {
  readonly #shell: Shell;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #siblings: Index<ReplicaSet>;
  readonly #expectations: Expectations;
  readonly #pods: PodControl;
  readonly #loop: Loop;
  readonly #stops: readonly (() => void)[];

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#replicaSets = shell.informers.of(REPLICA_SETS);
    this.#siblings = indexOf(this.#replicaSets, (object) => controllerOf(object)?.uid);
    this.#expectations = newExpectations(shell.time);
    this.#pods = openPodControl(shell, {
      events: shell.recorder("replicaset-controller"),
      expectations: this.#expectations,
    });
    this.#loop = openLoop(shell, {
      sync: (key) => this.#sync(key),
      needs: [this.#replicaSets, shell.informers.of(PODS)],
    });
    this.#stops = [
      this.#replicaSets.onChange(({ type, object }) => {
        if (type === "deleted") this.#expectations.forget(uidOf(object));
        else this.#loop.add(keyOf(object));
      }),
      followPods(shell, {
        resource: REPLICA_SETS,
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
    const replicaSet = this.#replicaSets.get(refOfKey(key));
    if (replicaSet === undefined) return undefined;
    const mayAct = this.#expectations.isMet(uidOf(replicaSet)) && !isDeleting(replicaSet);
    const held = await takeUp(
      this.#shell,
      { resource: REPLICA_SETS, object: replicaSet },
      { resource: PODS, claim: this.#claim(replicaSet) },
    );
    const failure = mayAct ? await this.#act(replicaSet, held) : undefined;
    const nowMs = this.#shell.time.nowMs();
    const outlook = replicaSetStatus(replicaSet, held, { nowMs, failure });
    await writeStatus(this.#shell, {
      resource: REPLICA_SETS,
      object: replicaSet,
      status: outlook.status,
    });
    if (failure !== undefined) throw failure.error;
    return outlook.changesAtMs === undefined ? undefined : outlook.changesAtMs - nowMs + 1;
  }

  #claim(replicaSet: ReplicaSet): Claim<Pod> {
    return claim({
      owner: replicaSet,
      selector: replicaSet.spec?.selector,
      owned: this.#shell.podsByController.get(uidOf(replicaSet)),
      loose: this.#shell.loosePods.get(namespaceOf(replicaSet)).filter(isPodActive),
    });
  }

  async #act(replicaSet: ReplicaSet, held: readonly Pod[]): Promise<PodFailure | undefined> {
    const nowMs = this.#shell.time.nowMs();
    const neighbours = this.#neighboursOf(replicaSet);
    const plan = planReplicaSet(replicaSet, held, { nowMs, neighbours });
    if (plan.kind === "delete") return this.#pods.remove(replicaSet, plan.pods);
    if (plan.kind === "nothing") return undefined;
    const pod = podOfTemplate(replicaSet.spec?.template ?? {}, {
      namespace: namespaceOf(replicaSet),
      generateName: `${nameOf(replicaSet)}-`,
      owner: controllerReference(replicaSet, REPLICA_SETS),
    });
    return this.#pods.create(
      replicaSet,
      Array.from({ length: plan.count }, () => pod),
    );
  }

  /** Counts active pods by node, of this ReplicaSet and those of the same Deployment; only when first asked. */
  #neighboursOf(replicaSet: ReplicaSet): (pod: Pod) => number {
    let counts: Map<string, number> | undefined;
    return (pod) => {
      counts ??= this.#countByNode(replicaSet);
      return counts.get(pod.spec?.nodeName ?? "") ?? 0;
    };
  }

  #countByNode(replicaSet: ReplicaSet): Map<string, number> {
    const owner = controllerOf(replicaSet)?.uid;
    const related = owner === undefined ? [replicaSet] : this.#siblings.get(owner);
    const counts = new Map<string, number>();
    for (const pod of related.flatMap((other) => this.#shell.podsByController.get(uidOf(other)))) {
      if (!isPodActive(pod)) continue;
      const node = pod.spec?.nodeName ?? "";
      counts.set(node, (counts.get(node) ?? 0) + 1);
    }
    return counts;
  }
}
