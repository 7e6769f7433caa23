import type { Pod } from "kubernetes-types/core/v1";

/** Whether a node should be added for the pod: it is pending, and the scheduler has found no node for it. */
export function isProvisionable(pod: Pod): boolean {
  const { metadata = {}, spec, status = {} } = pod;
  const scheduled = status.conditions?.find(({ type }) => type === "PodScheduled");
  return (
    (spec?.nodeName ?? "") === "" &&
    metadata.deletionTimestamp === undefined &&
    scheduled?.status === "False" &&
    scheduled.reason === "Unschedulable" &&
    !isOfNode(pod)
  );
}

/** Whether the pod is there because the node is: it belongs to a DaemonSet, or is the kubelet's own. */
export function isOfNode({ metadata = {} }: Pod): boolean {
  return (
    metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined ||
    (metadata.ownerReferences ?? []).some(({ kind }) => kind === "DaemonSet" || kind === "Node")
  );
}

/** Whether it uses nothing of its node any more. */
export function isFinished({ status = {} }: Pod): boolean {
  return status.phase === "Succeeded" || status.phase === "Failed";
}

/** `namespace/name`. */
export function keyOf({ metadata = {} }: Pod): string {
  return `${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
}
