import type { Node, Pod } from "kubernetes-types/core/v1";
import {
  type EventRecorder,
  type Informer,
  type InformerChange,
  isNotFound,
  NODES,
  PODS,
} from "../../../kube-client/index.ts";
import { meansSame } from "../objects/canonical.ts";
import { isDeleting, keyOf, nameOf, refOf, refOfKey, uidOf } from "../objects/meta.ts";
import { markDisrupted } from "../shell/mark-disrupted.ts";
import { type Controller, type Loop, openLoop, type Shell } from "../shell/shell.ts";
import { evictionMs, noExecuteTaints } from "./eviction.ts";

/** Deletes pods that do not, or no longer, tolerate the NoExecute taints of their node. */
export class TaintEvictionController implements Controller {
  readonly #shell: Shell;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #events: EventRecorder;
  /** Keys of pods that are to go, unless the taint goes first. */
  readonly #condemned = new Set<string>();
  readonly #loop: Loop;
  readonly #stops: readonly (() => void)[];

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#nodes = shell.informers.of(NODES);
    this.#pods = shell.informers.of(PODS);
    this.#events = shell.recorder("taint-eviction-controller");
    this.#loop = openLoop(shell, {
      sync: (key) => this.#sync(key),
      needs: [this.#nodes, this.#pods],
      concurrency: 8,
    });
    this.#stops = [
      this.#nodes.onChange((change) => this.#nodeChanged(change)),
      this.#pods.onChange((change) => this.#podChanged(change)),
    ];
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#loop.close();
  }

  #nodeChanged({ type, object, old }: InformerChange<Node>): void {
    if (type === "deleted") return;
    const before = old === undefined ? [] : noExecuteTaints(old);
    if (meansSame(noExecuteTaints(object), before)) return;
    for (const pod of this.#shell.podsByNode.get(nameOf(object))) this.#loop.add(keyOf(pod));
  }

  #podChanged({ type, object, old }: InformerChange<Pod>): void {
    if (type === "deleted") {
      this.#condemned.delete(keyOf(object));
      return;
    }
    const node = this.#nodes.get({ name: object.spec?.nodeName ?? "" });
    if (node === undefined || noExecuteTaints(node).length === 0) return;
    const isNew = old === undefined || old.spec?.nodeName !== object.spec?.nodeName;
    if (isNew || !meansSame(old.spec?.tolerations, object.spec?.tolerations)) {
      this.#loop.add(keyOf(object));
    }
  }

  async #sync(key: string): Promise<number | undefined> {
    const pod = this.#pods.get(refOfKey(key));
    const node = this.#nodes.get({ name: pod?.spec?.nodeName ?? "" });
    if (pod === undefined || node === undefined || isDeleting(pod)) return undefined;
    const nowMs = this.#shell.time.nowMs();
    const dueMs = evictionMs(pod, { node, nowMs });
    if (dueMs === undefined) {
      if (this.#condemned.delete(key)) {
        const message = `Cancelling deletion of Pod ${key}`;
        this.#events.event(pod, { type: "Normal", reason: "TaintManagerEviction", message });
      }
      return undefined;
    }
    this.#condemned.add(key);
    if (dueMs > nowMs) return dueMs - nowMs;
    await this.#evict(pod);
    return undefined;
  }

  async #evict(pod: Pod): Promise<void> {
    const message = `Marking for deletion Pod ${keyOf(pod)}`;
    this.#events.event(pod, { type: "Normal", reason: "TaintManagerEviction", message });
    try {
      await markDisrupted(this.#shell, pod, {
        reason: "DeletionByTaintManager",
        message: "Taint manager: deleting due to NoExecute taint",
      });
      await this.#shell.client.delete(PODS, refOf(pod), { uid: uidOf(pod) });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
