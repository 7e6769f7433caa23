import type { Deployment } from "kubernetes-types/apps/v1";
import type { KubeObject } from "../../kube-client/index.ts";
import { ECHO_IMAGE, ECHO_PORT } from "../image/lab-images.ts";
import type { LabWorkload } from "../labfile/lab-file.ts";

/** The workloads of a lab file as Deployments, with the namespaces they are in. `nodeNames` are Kubernetes' by the file's. */
export function workloadObjects(
  workloads: readonly LabWorkload[],
  nodeNames: ReadonlyMap<string, string>,
): KubeObject[] {
  const namespaces = new Set(workloads.map(({ namespace }) => namespace));
  namespaces.delete("default");
  return [
    ...[...namespaces].map((name) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name },
    })),
    ...workloads.map((workload) => deployment(workload, nodeNames)),
  ];
}

function deployment(
  { name, namespace, replicas, node }: LabWorkload,
  nodeNames: ReadonlyMap<string, string>,
): Deployment {
  const labels = { app: name };
  const hostname = node === undefined ? undefined : (nodeNames.get(node) ?? node);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 2,
          ...(hostname === undefined
            ? {}
            : { nodeSelector: { "kubernetes.io/hostname": hostname } }),
          containers: [
            {
              name: "main",
              image: ECHO_IMAGE,
              imagePullPolicy: "IfNotPresent",
              ports: [{ name: "http", containerPort: ECHO_PORT }],
            },
          ],
        },
      },
    },
  };
}
