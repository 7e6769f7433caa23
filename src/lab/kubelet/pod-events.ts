import type { ObjectReference, Pod } from "kubernetes-types/core/v1";
import type { EventRecorder, Occurrence } from "../../kube-client/index.ts";

/** Which events a kubelet writes. */
export type EventLevel = "all" | "warnings";

/** Writes the events of a node and its pods. */
export class KubeletEvents {
  readonly #recorder: Pick<EventRecorder, "event">;
  readonly #level: EventLevel;
  readonly #nodeName: string;

  constructor(recorder: Pick<EventRecorder, "event">, level: EventLevel, nodeName: string) {
    this.#recorder = recorder;
    this.#level = level;
    this.#nodeName = nodeName;
  }

  /** About the node. A kubelet names the node by its name where others would say its uid. */
  node(occurrence: Occurrence): void {
    const name = this.#nodeName;
    this.#write({ apiVersion: "v1", kind: "Node", name, uid: name }, occurrence);
  }

  /** About a pod, or about one of its containers. */
  pod(pod: Pod, occurrence: Occurrence, container?: string): void {
    this.#write(referenceOf(pod, container), occurrence);
  }

  #write(reference: ObjectReference, occurrence: Occurrence): void {
    if (this.#level === "warnings" && occurrence.type === "Normal") return;
    this.#recorder.event(reference, occurrence);
  }
}

function referenceOf({ metadata, spec }: Pod, container: string | undefined): ObjectReference {
  const reference: ObjectReference = {
    apiVersion: "v1",
    kind: "Pod",
    name: metadata?.name ?? "",
    namespace: metadata?.namespace ?? "",
    uid: metadata?.uid ?? "",
    resourceVersion: metadata?.resourceVersion ?? "",
  };
  if (container === undefined) return reference;
  const list = (spec?.initContainers ?? []).some(({ name }) => name === container)
    ? "initContainers"
    : "containers";
  return { ...reference, fieldPath: `spec.${list}{${container}}` };
}
