import type { Deployment } from "kubernetes-types/apps/v1";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEPLOYMENTS, PODS, REPLICA_SETS } from "../../../kube-client/index.ts";
import { nameOf } from "../objects/meta.ts";
import { isPodReady } from "../objects/pod.ts";
import { startCluster, type TestCluster } from "../testing/cluster-for-tests.ts";

let cluster: TestCluster;

beforeEach(async () => {
  cluster = await startCluster();
  await cluster.addNodes(3);
});

afterEach(async () => {
  await cluster.close();
  expect(cluster.bugs).toEqual([]);
});

describe("a Deployment", () => {
  it("gets its pods, a revision and its conditions", async () => {
    await cluster.create(DEPLOYMENTS, deployment("web", { replicas: 3 }));
    const [done] = await cluster.until(
      DEPLOYMENTS,
      ([web]) => web?.status?.availableReplicas === 3,
    );
    expect(done?.metadata?.annotations?.["deployment.kubernetes.io/revision"]).toBe("1");
    const [replicaSet] = (await cluster.client.list(REPLICA_SETS)).items;
    const name = replicaSet === undefined ? "" : nameOf(replicaSet);
    expect(name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]+$/);
    await cluster.until(PODS, (pods) => pods.length === 3 && pods.every(isPodReady));
    await expect
      .poll(() => cluster.events("web"))
      .toContain(`ScalingReplicaSet: Scaled up replica set ${name} from 0 to 3`);
  });
});

function deployment(name: string, spec: { readonly replicas: number; image?: string }): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "main", image: spec.image ?? "busybox" }] },
      },
    },
  };
}
