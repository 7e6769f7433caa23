import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startReadyKube } from "../testing/cluster-for-tests.ts";
import type { TestKube } from "../testing/kube-for-tests.ts";

let kube: TestKube;
beforeEach(async () => {
  kube = await startReadyKube();
});
afterEach(async () => {
  await kube.close();
  expect(kube.bugs).toEqual([]);
});

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const FROGS = "/apis/example.com/v1/namespaces/default/frogs";
const MERGE = { "content-type": "application/merge-patch+json" };

const version = (name: string, more: object = {}): object => ({
  name,
  served: true,
  storage: name === "v1",
  schema: {
    openAPIV3Schema: {
      type: "object",
      properties: {
        spec: { type: "object", properties: { colour: { type: "string", default: "green" } } },
      },
    },
  },
  ...more,
});
const frogs = (versions: readonly object[] = [version("v1")]): object => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "frogs.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "frogs", singular: "frog", kind: "Frog", shortNames: ["fr"] },
    versions,
  },
});
const frog = (name: string, more: object = {}): object => ({
  apiVersion: "example.com/v1",
  kind: "Frog",
  metadata: { name, ...more },
  spec: {},
});

describe("a CustomResourceDefinition", () => {
  test("is served as soon as it is there, and tells so", async () => {
    expect((await kube.send("GET", FROGS)).status).toBe(404);
    const { json } = await kube.send("POST", CRDS, { body: frogs() });
    expect(json.status.conditions).toContainEqual(
      expect.objectContaining({ type: "Established", status: "True" }),
    );
    const made = await kube.send("POST", FROGS, { body: frog("kermit") });
    expect(made).toMatchObject({ status: 201, json: { kind: "Frog", spec: { colour: "green" } } });
    expect((await kube.send("GET", "/apis/example.com/v1")).text).toContain('"shortNames":["fr"]');
    expect((await kube.send("GET", "/apis")).text).toContain('"example.com"');
  });

  test("shows its objects in every version it serves", async () => {
    await kube.send("POST", CRDS, { body: frogs([version("v1"), version("v2")]) });
    await kube.send("POST", FROGS, { body: frog("kermit") });
    const path = FROGS.replace("v1", "v2");
    expect((await kube.send("GET", `${path}/kermit`)).json.apiVersion).toBe("example.com/v2");
    const patched = await kube.send("PATCH", `${path}/kermit`, {
      headers: MERGE,
      body: { spec: { colour: "blue" } },
    });
    expect(patched.status).toBe(200);
    expect((await kube.send("GET", `${FROGS}/kermit`)).json).toMatchObject({
      apiVersion: "example.com/v1",
      spec: { colour: "blue" },
    });
  });

  test("goes with its objects, once these are gone", async () => {
    await kube.send("POST", CRDS, { body: frogs() });
    await kube.send("POST", FROGS, { body: frog("kermit") });
    await kube.send("POST", FROGS, { body: frog("held", { finalizers: ["example.com/hold"] }) });
    await kube.send("DELETE", `${CRDS}/frogs.example.com`);
    expect((await kube.send("GET", `${FROGS}/kermit`)).status).toBe(404);
    expect((await kube.send("GET", `${CRDS}/frogs.example.com`)).status).toBe(200);
    await kube.send("PATCH", `${FROGS}/held`, {
      headers: MERGE,
      body: { metadata: { finalizers: null } },
    });
    expect((await kube.send("GET", `${CRDS}/frogs.example.com`)).status).toBe(404);
    expect((await kube.send("GET", FROGS)).status).toBe(404);
  });

  test.each([
    { name: "two stored versions", versions: [version("v1"), version("v2", { storage: true })] },
    { name: "a version without a schema", versions: [version("v1", { schema: {} })] },
    {
      name: "a schema of no known type",
      versions: [version("v1", { schema: { openAPIV3Schema: { type: "amphibian" } } })],
    },
  ])("with $name is refused", async ({ versions }) => {
    const { status, json } = await kube.send("POST", CRDS, { body: frogs(versions) });
    expect(json).toMatchObject({ reason: "Invalid" });
    expect(status).toBe(422);
  });

  test("its objects take no strategic merge patch, and a PUT needs their version", async () => {
    await kube.send("POST", CRDS, { body: frogs() });
    await kube.send("POST", FROGS, { body: frog("kermit") });
    const headers = { "content-type": "application/strategic-merge-patch+json" };
    const patched = await kube.send("PATCH", `${FROGS}/kermit`, { headers, body: "{}" });
    expect(patched.status).toBe(415);
    const put = await kube.send("PUT", `${FROGS}/kermit`, { body: frog("kermit") });
    expect(put.json.message).toMatch(/metadata.resourceVersion.*must be specified for an update/);
  });

  test("is described by OpenAPI", async () => {
    await kube.send("POST", CRDS, { body: frogs() });
    const { text } = await kube.send("GET", "/openapi/v3/apis/example.com/v1");
    expect(text).toContain("colour");
  });
});
