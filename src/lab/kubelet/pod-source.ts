import type { Pod } from "kubernetes-types/core/v1";
import type { Informer } from "../../kube-client/index.ts";

/** What happened to a pod that is bound to the kubelet's node. */
export interface PodChange {
  readonly type: "added" | "updated" | "deleted";
  readonly pod: Pod;
}

/** Where a kubelet learns which pods are bound to its node. */
export interface PodSource {
  /** Resolves when every pod that was bound at the beginning has been told. */
  readonly synced: Promise<void>;
  /** Tells of the pods that are there, then of every change, until the returned function is called. */
  onChange(listener: (change: PodChange) => void): () => void;
  /** Tells nothing any more. */
  close(): void;
}

/** Splits one informer of all pods among the kubelets of a process: hundreds of nodes share one watch. */
export class PodSplitter {
  readonly #informer: Informer<Pod>;
  readonly #listeners = new Map<string, (change: PodChange) => void>();
  readonly #stop: () => void;

  constructor(informer: Informer<Pod>) {
    this.#informer = informer;
    this.#stop = informer.onChange(({ type, object }) => {
      this.#listeners.get(object.spec?.nodeName ?? "")?.({ type, pod: object });
    });
  }

  /** The pods of one node; one kubelet at a time may listen. */
  forNode(nodeName: string): PodSource {
    const stop = (): void => void this.#listeners.delete(nodeName);
    return {
      synced: this.#informer.synced,
      onChange: (listener) => {
        this.#listeners.set(nodeName, listener);
        for (const pod of this.#informer.list()) {
          if (pod.spec?.nodeName === nodeName) listener({ type: "added", pod });
        }
        return stop;
      },
      close: stop,
    };
  }

  /** Splits no more; the informer stays open. */
  close(): void {
    this.#stop();
  }
}
