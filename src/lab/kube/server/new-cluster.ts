import type { KubeObject } from "../kube-object.ts";
import { createObject } from "../objects/create.ts";
import type { Cluster } from "./cluster.ts";

const NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"];
const OPTIONS = { dryRun: false, user: "system:apiserver", manager: "kube-apiserver" } as const;

/** Creates what every cluster has from its first moment, unless it is there: four namespaces and the service of the API. */
export function furnish(cluster: Cluster): void {
  for (const name of NAMESPACES) {
    create(cluster, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  create(cluster, "default", {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "kubernetes",
      labels: { component: "apiserver", provider: "kubernetes" },
    },
    spec: {
      type: "ClusterIP",
      clusterIP: cluster.serviceAddress,
      ports: [{ name: "https", protocol: "TCP", port: 443, targetPort: 443 }],
    },
  });
}

function create(cluster: Cluster, namespace: string | undefined, object: KubeObject): void {
  const kind = cluster.kinds.byKind({ group: "", version: "v1", kind: object.kind });
  if (kind === undefined) return;
  const { name } = object.metadata;
  if (cluster.store.table(kind).get({ namespace, name }) !== undefined) return;
  createObject(cluster, { kind, object, namespace }, OPTIONS);
}
