import type { EventRecorder } from "../../kube-client/index.ts";
import type { PodFacts } from "../placement/index.ts";
import type { ClusterState } from "./cluster-state.ts";
import { keyOf } from "./pod-kinds.ts";

/** What pods are told of the nodes that are to come, as events. */
export interface PodNotices {
  /** The pod should come to that node. Told once for each node. */
  nominate(pod: PodFacts, nodeName: string): void;
  /** There will be no node for these pods for now. */
  complain(pods: readonly PodFacts[], why: string): void;
  /** Whether a pod is still expected on the node. */
  isExpectedOn(nodeName: string): boolean;
  /** Forgets the pods that have a node now, or are gone. */
  forgetPlaced(): void;
}

/** Writes Karpenter's events. */
export function newPodNotices(cluster: ClusterState, recorder: EventRecorder): PodNotices {
  const nominations = new Map<string, { readonly uid: string; readonly nodeName: string }>();

  return {
    nominate({ uid, key, namespace }, nodeName) {
      const known = nominations.get(key);
      if (known?.uid === uid && known.nodeName === nodeName) return;
      const pod = cluster.pods.get({ namespace, name: key.slice(namespace.length + 1) });
      if (pod?.metadata?.uid !== uid) return;
      nominations.set(key, { uid, nodeName });
      const message = `Pod should schedule on: node/${nodeName}`;
      recorder.event(pod, { type: "Normal", reason: "Nominated", message });
    },
    complain(pods, why) {
      const message = `Failed to schedule pod, ${why}`;
      for (const { uid, key, namespace } of pods) {
        const pod = cluster.pods.get({ namespace, name: key.slice(namespace.length + 1) });
        if (pod?.metadata?.uid === uid)
          recorder.event(pod, { type: "Warning", reason: "FailedScheduling", message });
      }
    },
    isExpectedOn: (nodeName) =>
      [...nominations.values()].some((each) => each.nodeName === nodeName),
    forgetPlaced() {
      const waiting = new Set(cluster.provisionable().map(keyOf));
      for (const key of nominations.keys()) if (!waiting.has(key)) nominations.delete(key);
    },
  };
}
