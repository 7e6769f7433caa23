import type { PodSpec } from "kubernetes-types/core/v1";

/** Where the cluster's own pods are. */
export const KUBE_SYSTEM = "kube-system";

/** What pods of a DaemonSet that every node needs have in common: on the host's network, everywhere, and never pushed out. */
export function hostNetworkPod(serviceAccountName: string): Omit<PodSpec, "containers"> {
  return {
    hostNetwork: true,
    serviceAccountName,
    priorityClassName: "system-node-critical",
    terminationGracePeriodSeconds: 10,
    tolerations: [{ operator: "Exists" }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
                { key: "kubernetes.io/arch", operator: "In", values: ["amd64", "arm64"] },
                {
                  key: "eks.amazonaws.com/compute-type",
                  operator: "NotIn",
                  values: ["fargate", "hybrid", "auto"],
                },
              ],
            },
          ],
        },
      },
    },
  };
}
