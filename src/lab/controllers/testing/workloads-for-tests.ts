import type { Deployment } from "kubernetes-types/apps/v1";
import type { PodTemplateSpec } from "kubernetes-types/core/v1";
import { DEPLOYMENTS } from "../../../kube-client/index.ts";
import { nameOf } from "../objects/meta.ts";
import type { TestCluster } from "./cluster-for-tests.ts";

/** A name in the namespace `default`. */
export function ref(name: string): { name: string; namespace: string } {
  return { name, namespace: "default" };
}

/** A template whose pods have the label `app`, one container, and what else `spec` says. */
export function templateOf(app: string, image = "busybox", spec: object = {}): PodTemplateSpec {
  return {
    metadata: { labels: { app } },
    spec: { containers: [{ name: "main", image }], ...spec },
  };
}

/** The selector that fits pods with the label `app`. */
export function selecting(app: string): { selector: { matchLabels: { app: string } } } {
  return { selector: { matchLabels: { app } } };
}

/** A Deployment with so many pods. */
export function deployment(app: string, replicas: number, spec: object = {}): Deployment {
  return {
    metadata: ref(app),
    spec: { replicas, ...selecting(app), template: templateOf(app), ...spec },
  };
}

/** The body of a patch that changes the image of a template. */
export function withImage(image: string): object {
  return { spec: { template: { spec: { containers: [{ name: "main", image }] } } } };
}

/** Resolves when so many pods of the Deployment's revision are available, and there are no others. */
export async function rolledOut(
  cluster: TestCluster,
  app: string,
  { revision, replicas }: { readonly revision: number; readonly replicas: number },
): Promise<void> {
  await cluster.until(DEPLOYMENTS, (all) => {
    const found = all.find((one) => nameOf(one) === app);
    const { updatedReplicas, availableReplicas, replicas: total } = found?.status ?? {};
    const counts = [updatedReplicas, availableReplicas, total];
    const annotations = found?.metadata?.annotations ?? {};
    return (
      annotations["deployment.kubernetes.io/revision"] === String(revision) &&
      counts.every((count) => count === replicas)
    );
  });
}
