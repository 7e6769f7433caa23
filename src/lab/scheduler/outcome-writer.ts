import type { Pod } from "kubernetes-types/core/v1";
import { isConflict, isNotFound, openEventRecorder, PODS } from "../../kube-client/index.ts";
import type { KubeClient, ObjectName } from "../../kube-client/index.ts";
import { type Time, timeText } from "../../time/index.ts";

/** Tells the API what came of a pod. */
export interface OutcomeWriter {
  /** Binds the pod. `gone`: it no longer exists, or has a node already. Rejects if it could not be done. */
  bind(pod: Pod, nodeName: string): Promise<"bound" | "gone">;
  /** Records that no node can take the pod, in its condition PodScheduled and as an event. Never rejects. */
  unschedulable(pod: Pod, message: string): Promise<void>;
  close(): void;
}

/** A writer that signs as kube-scheduler does. */
export function newOutcomeWriter(client: KubeClient, time: Time): OutcomeWriter {
  const recorder = openEventRecorder(client, { component: "default-scheduler", time });

  return {
    async bind(pod, nodeName) {
      const { name = "", namespace = "", uid = "" } = pod.metadata ?? {};
      const body = {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name, namespace, uid },
        target: { apiVersion: "v1", kind: "Node", name: nodeName },
      };
      try {
        await client.post(PODS, { name, namespace, subresource: "binding" }, body);
      } catch (error) {
        if (isNotFound(error) || isConflict(error)) return "gone";
        const why = `binding rejected: ${(error as Error).message}`;
        recorder.event(pod, { type: "Warning", reason: "FailedScheduling", message: why });
        throw error;
      }
      const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
      recorder.event(pod, { type: "Normal", reason: "Scheduled", message });
      return "bound";
    },
    async unschedulable(pod, message) {
      recorder.event(pod, { type: "Warning", reason: "FailedScheduling", message });
      const current = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
      if (current?.status === "False" && current.message === message) return;
      const condition = {
        type: "PodScheduled",
        status: "False",
        reason: "Unschedulable",
        message,
        lastProbeTime: null,
        lastTransitionTime:
          current?.status === "False" ? current.lastTransitionTime : timeText(time.nowMs()),
      };
      const body = { status: { conditions: [condition] } };
      // If it fails the next attempt writes it; the pod may be gone, too.
      await client
        .patch(PODS, refTo(pod), { type: "strategic", subresource: "status", body })
        .catch(() => undefined);
    },
    close: () => recorder.close(),
  };
}

function refTo({ metadata = {} }: Pod): ObjectName {
  return { name: metadata.name ?? "", namespace: metadata.namespace };
}
