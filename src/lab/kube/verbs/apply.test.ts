import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startReadyKube } from "../testing/cluster-for-tests.ts";
import type { TestAnswer, TestKube } from "../testing/kube-for-tests.ts";

let kube: TestKube;
beforeAll(async () => {
  kube = await startReadyKube();
});
afterAll(async () => {
  await kube.close();
  expect(kube.bugs).toEqual([]);
});

const PATH = "/apis/apps/v1/namespaces/default/deployments";
const deployment = (name: string, replicas: number): object => {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: "a", image: "b" }] } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { replicas, selector: { matchLabels: labels }, template },
  };
};
const apply = async (name: string, replicas: number, query: string): Promise<TestAnswer> =>
  kube.send("PATCH", `${PATH}/${name}?${query}`, {
    headers: { "content-type": "application/apply-patch+yaml" },
    body: deployment(name, replicas),
  });

describe("server-side apply", () => {
  test("creates, changes, and changes nothing when nothing changes", async () => {
    expect((await apply("own", 1, "fieldManager=helm")).status).toBe(201);
    const changed = await apply("own", 2, "fieldManager=helm");
    expect(changed).toMatchObject({ status: 200, json: { spec: { replicas: 2 } } });
    const same = await apply("own", 2, "fieldManager=helm");
    expect(same.json.metadata.resourceVersion).toBe(changed.json.metadata.resourceVersion);
  });

  test("goes on after others have written the status", async () => {
    await apply("status", 1, "fieldManager=helm");
    await kube.send("PATCH", `${PATH}/status/status?fieldManager=controller`, {
      headers: { "content-type": "application/merge-patch+json" },
      body: { status: { replicas: 1 } },
    });
    const next = await apply("status", 2, "fieldManager=helm");
    expect(next).toMatchObject({ status: 200, json: { spec: { replicas: 2 } } });
  });

  test("with a dry run creates nothing", async () => {
    expect((await apply("dry", 1, "fieldManager=helm&dryRun=All")).status).toBe(201);
    expect((await kube.send("GET", `${PATH}/dry`)).status).toBe(404);
  });

  test("managers that a client makes up are not stored", async () => {
    const body = { ...deployment("posted", 1), metadata: { name: "posted", managedFields: [] } };
    const made = await kube.send("POST", PATH, { body });
    expect(made.json.metadata).not.toHaveProperty("managedFields");
  });
});
