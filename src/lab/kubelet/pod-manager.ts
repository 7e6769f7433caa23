import type { Pod } from "kubernetes-types/core/v1";
import type { KubeClient } from "../../kube-client/index.ts";
import { admitPod, type Rejection } from "./admission.ts";
import type { PodContext } from "./pod-context.ts";
import type { PodChange } from "./pod-source.ts";
import { podParts } from "./pod-view.ts";
import { PodWorker } from "./pod-worker.ts";
import type { PodDirectory } from "./server/pod-lookup.ts";

/** The pods of one node: a worker for each, and the decision which are taken. */
export class PodManager implements PodDirectory {
  readonly #context: PodContext;
  readonly #client: KubeClient;
  readonly #workers = new Map<string, PodWorker>();

  constructor(context: PodContext, client: KubeClient) {
    this.#context = context;
    this.#client = client;
  }

  /** Follows one change of the pods that are bound to the node. */
  change({ type, pod }: PodChange): void {
    const { uid } = podParts(pod);
    const worker = this.#workers.get(uid);
    if (type === "deleted") worker?.remove();
    else if (worker === undefined) this.#add(uid, pod);
    else worker.update(pod);
  }

  /** Looks at one pod again; false when it is none of ours. */
  wake(uid: string): boolean {
    const worker = this.#workers.get(uid);
    worker?.wake();
    return worker !== undefined;
  }

  /** Looks at all pods again. */
  wakeAll(): void {
    for (const worker of this.#workers.values()) worker.wake();
  }

  /** Ends sandboxes of pods that are no longer bound to this node: what a kubelet finds after it was away. */
  async removeOrphans(): Promise<void> {
    const { runtime } = this.#context;
    const sandboxes = await runtime.list();
    const orphans = sandboxes.filter(({ uid }) => !this.#workers.has(uid));
    await Promise.all(
      orphans.map(async ({ id, uid }) => {
        await runtime.stopSandbox(id);
        await runtime.removeSandbox(id);
        this.#context.volumes?.tearDown(uid);
      }),
    );
  }

  find(namespace: string, name: string): Pod | undefined {
    return this.list().find(
      ({ metadata }) => metadata?.name === name && metadata.namespace === namespace,
    );
  }

  list(): readonly Pod[] {
    return [...this.#workers.values()].map(({ pod }) => pod);
  }

  /** Resolves when no worker does anything any more. */
  async close(): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.close()));
  }

  #add(uid: string, pod: Pod): void {
    const rejection = this.#admit(pod);
    const worker = new PodWorker(pod, {
      context: this.#context,
      client: this.#client,
      rejection,
      onGone: () => void this.#workers.delete(uid),
    });
    this.#workers.set(uid, worker);
    worker.wake();
  }

  #admit(pod: Pod): Rejection | undefined {
    const { phase } = pod.status ?? {};
    if (phase === "Succeeded" || phase === "Failed") return undefined;
    // One that is running was taken before: by the kubelet whose place this one takes.
    if (phase === "Running" || pod.metadata?.deletionTimestamp !== undefined) return undefined;
    const others = [...this.#workers.values()]
      .filter((worker) => worker.active)
      .map((worker) => worker.pod);
    const rejection = admitPod(pod, others, this.#context.allocatable);
    if (rejection !== undefined) {
      const { reason, message } = rejection;
      this.#context.events.pod(pod, { type: "Warning", reason, message });
    }
    return rejection;
  }
}
