import type { DaemonSet } from "kubernetes-types/apps/v1";
import type { KubeObject } from "../../kube-client/index.ts";
import { PAUSE_IMAGE } from "../image/lab-images.ts";
import { hostNetworkPod, KUBE_SYSTEM } from "./node-daemon.ts";

/**
 * A DaemonSet in the place of kube-proxy: it takes its pod and its CPU on every node, as on EKS, and does nothing. Services of a
 * lab have addresses, but nobody answers there, except for the service `kubernetes`.
 */
export function kubeProxy(): KubeObject[] {
  const name = "kube-proxy";
  const labels = { "k8s-app": name };
  const daemonSet: DaemonSet = {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: {
      name,
      namespace: KUBE_SYSTEM,
      labels,
      annotations: {
        "berth.dev/placeholder":
          "Keeps kube-proxy's place among the pods and the CPU of each node. Addresses of services lead nowhere in a lab.",
      },
    },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
      template: {
        metadata: { labels },
        spec: {
          ...hostNetworkPod(name),
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name,
              image: PAUSE_IMAGE,
              imagePullPolicy: "IfNotPresent",
              resources: { requests: { cpu: "100m" } },
            },
          ],
        },
      },
    },
  };
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace: KUBE_SYSTEM, labels },
    },
    daemonSet,
  ];
}
