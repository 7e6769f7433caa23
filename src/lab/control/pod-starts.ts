import type { Pod } from "kubernetes-types/core/v1";
import type { Informer } from "../../kube-client/index.ts";

/** Counts the pods that got an address of their own, by the Kubernetes name of their node, from now on. */
export class PodStarts {
  readonly #byNode = new Map<string, number>();
  readonly #stop: () => void;

  constructor(pods: Informer<Pod>) {
    this.#stop = pods.onChange(({ type, object, old }) => {
      if (type === "deleted" || object.spec?.hostNetwork === true) return;
      const nodeName = object.spec?.nodeName;
      const had = old?.metadata?.uid === object.metadata?.uid && old?.status?.podIP !== undefined;
      if (had || object.status?.podIP === undefined || nodeName === undefined) return;
      this.#byNode.set(nodeName, this.on(nodeName) + 1);
    });
  }

  on(nodeName: string): number {
    return this.#byNode.get(nodeName) ?? 0;
  }

  close(): void {
    this.#stop();
  }
}
