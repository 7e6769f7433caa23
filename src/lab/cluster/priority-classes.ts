import type { KubeObject } from "../../kube-client/index.ts";

/** The two priority classes that every cluster has, with the API server's own values. */
export function priorityClasses(): KubeObject[] {
  const priorityClass = (name: string, value: number, description: string): KubeObject => {
    const object = {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name },
      value,
      description,
    };
    return object;
  };
  return [
    priorityClass(
      "system-node-critical",
      2_000_001_000,
      "Used for system critical pods that must not be moved from their current node.",
    ),
    priorityClass(
      "system-cluster-critical",
      2_000_000_000,
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
  ];
}
