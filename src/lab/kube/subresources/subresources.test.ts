import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PODS, startReadyKube } from "../testing/cluster-for-tests.ts";
import { podNamed, type TestKube } from "../testing/kube-for-tests.ts";

let kube: TestKube;
beforeAll(async () => {
  kube = await startReadyKube();
});
afterAll(async () => {
  await kube.close();
  expect(kube.bugs).toEqual([]);
});

const ANY_TEXT: unknown = expect.any(String);
const STILL_PROCESSED: unknown = expect.stringContaining("still being processed");
const MERGE = { "content-type": "application/merge-patch+json" };
const JSON_PATCH = { "content-type": "application/json-patch+json" };

describe("binding", () => {
  test("puts a pod on a node, once, without a new generation of its status", async () => {
    await kube.send("POST", PODS, { body: podNamed("bind") });
    const body = { metadata: { name: "bind" }, target: { kind: "Node", name: "node-1" } };
    const bound = await kube.send("POST", `${PODS}/bind/binding`, { body });
    expect(bound.json).toMatchObject({ kind: "Status", status: "Success", code: 201 });
    const { json } = await kube.send("GET", `${PODS}/bind`);
    expect(json.spec.nodeName).toBe("node-1");
    expect(json.status.conditions).toContainEqual(
      expect.objectContaining({ type: "PodScheduled", status: "True" }),
    );
    const again = await kube.send("POST", `${PODS}/bind/binding`, { body });
    expect(again.json).toMatchObject({
      code: 409,
      message:
        'Operation cannot be fulfilled on pods/binding "bind": pod bind is already assigned to node "node-1"',
    });
  });

  test("through the collection of bindings", async () => {
    await kube.send("POST", PODS, { body: podNamed("bind-2") });
    const body = { metadata: { name: "bind-2" }, target: { kind: "Node", name: "node-1" } };
    const bound = await kube.send("POST", "/api/v1/namespaces/default/bindings", { body });
    expect(bound.status).toBe(201);
    expect((await kube.send("GET", `${PODS}/bind-2`)).json.spec.nodeName).toBe("node-1");
  });

  test.each([
    { name: "of another uid", body: { metadata: { uid: "x" }, target: { name: "n" } }, code: 409 },
    { name: "to something else", body: { target: { kind: "Pod", name: "n" } }, code: 422 },
    { name: "to nothing", body: { target: {} }, code: 422 },
  ])("$name is refused", async ({ body, code }) => {
    await kube.send("POST", PODS, { body: podNamed("unbound") });
    expect((await kube.send("POST", `${PODS}/unbound/binding`, { body })).status).toBe(code);
  });

  test("a pod that is being deleted gets no node", async () => {
    const metadata = { finalizers: ["example.com/hold"] };
    await kube.send("POST", PODS, { body: podNamed("leaving", { metadata }) });
    await kube.send("DELETE", `${PODS}/leaving`);
    const body = { target: { kind: "Node", name: "node-1" } };
    const { json } = await kube.send("POST", `${PODS}/leaving/binding`, { body });
    expect(json.message).toMatch(/is being deleted, cannot be assigned to a host/);
  });
});

describe("scale", () => {
  const path = "/apis/apps/v1/namespaces/default/deployments";
  const scale = `${path}/scaled/scale`;
  beforeAll(async () => {
    const labels = { app: "scaled" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "a", image: "b" }] } };
    const spec = { replicas: 2, selector: { matchLabels: labels }, template };
    await kube.send("POST", path, { body: { metadata: { name: "scaled" }, spec } });
  });

  test("shows replicas and selector", async () => {
    expect((await kube.send("GET", scale)).json).toMatchObject({
      kind: "Scale",
      apiVersion: "autoscaling/v1",
      metadata: { name: "scaled", namespace: "default" },
      spec: { replicas: 2 },
      status: { replicas: 0, selector: "app=scaled" },
    });
  });

  test.each([
    { name: "a merge patch", method: "PATCH", headers: MERGE, body: { spec: { replicas: 3 } } },
    {
      name: "a JSON patch",
      method: "PATCH",
      headers: JSON_PATCH,
      body: [{ op: "replace", path: "/spec/replicas", value: 3 }],
    },
    { name: "a PUT", method: "PUT", headers: {}, body: { spec: { replicas: 3 } } },
  ])("changes by $name", async ({ method, headers, body }) => {
    await kube.send("PUT", scale, { body: { spec: { replicas: 1 } } });
    const scaled = await kube.send(method, scale, { headers, body });
    expect(scaled.json.spec.replicas).toBe(3);
    expect((await kube.send("GET", `${path}/scaled`)).json.spec.replicas).toBe(3);
  });

  test.each([
    { name: "less than none", body: { spec: { replicas: -1 } }, code: 422 },
    { name: "words", body: { spec: { replicas: "many" } }, code: 400 },
    {
      name: "a stale version",
      body: { metadata: { resourceVersion: "1" }, spec: { replicas: 1 } },
      code: 409,
    },
  ])("refuses $name", async ({ body, code }) => {
    expect((await kube.send("PUT", scale, { body })).status).toBe(code);
  });

  test("refuses patches of other types, and objects that aren't there", async () => {
    const headers = { "content-type": "application/apply-patch+yaml" };
    expect((await kube.send("PATCH", scale, { headers, body: "{}" })).status).toBe(415);
    expect((await kube.send("GET", `${path}/nobody/scale`)).status).toBe(404);
    expect((await kube.send("DELETE", scale)).status).toBe(405);
  });
});

describe("eviction", () => {
  const budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
  const budget = async (name: string, app: string, more: object = {}): Promise<void> => {
    const spec = { minAvailable: 1, selector: { matchLabels: { app } }, ...more };
    await kube.send("POST", budgets, { body: { metadata: { name }, spec } });
  };
  const state = async (name: string, status: object): Promise<void> => {
    const body = { status: { observedGeneration: 1, expectedPods: 1, ...status } };
    await kube.send("PATCH", `${budgets}/${name}/status`, { headers: MERGE, body });
  };
  const running = async (name: string, app: string, ready = "True"): Promise<void> => {
    const metadata = { labels: { app } };
    await kube.send("POST", PODS, { body: podNamed(name, { metadata, spec: { nodeName: "n" } }) });
    const body = { status: { phase: "Running", conditions: [{ type: "Ready", status: ready }] } };
    await kube.send("PATCH", `${PODS}/${name}/status`, { headers: MERGE, body });
  };
  const evict = async (name: string, version = "policy/v1") =>
    kube.send("POST", `${PODS}/${name}/eviction`, {
      body: { apiVersion: version, kind: "Eviction", metadata: { name, namespace: "default" } },
    });

  test.each(["policy/v1", "policy/v1beta1"])(
    "%s deletes a pod without a budget",
    async (version) => {
      await running("free", "free");
      expect(await evict("free", version)).toMatchObject({
        status: 201,
        json: { status: "Success" },
      });
      const { json } = await kube.send("GET", `${PODS}/free`);
      expect(json.metadata.deletionTimestamp).toBeDefined();
      await kube.send("DELETE", `${PODS}/free`, { body: { gracePeriodSeconds: 0 } });
    },
  );

  test("is refused with 429 while the budget allows none, then takes one of it", async () => {
    await budget("one", "one");
    await running("kept", "one");
    expect((await evict("kept")).json).toMatchObject({
      code: 429,
      details: {
        causes: [{ reason: "DisruptionBudget", message: STILL_PROCESSED }],
        retryAfterSeconds: 10,
      },
    });
    await state("one", { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1 });
    expect((await evict("kept")).json).toMatchObject({
      code: 429,
      reason: "TooManyRequests",
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: {
        causes: [
          {
            reason: "DisruptionBudget",
            message: "The disruption budget one needs 1 healthy pods and has 1 currently",
          },
        ],
      },
    });
    await state("one", { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 });
    expect((await evict("kept")).status).toBe(201);
    expect((await kube.send("GET", `${budgets}/one`)).json.status).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods: { kept: ANY_TEXT },
    });
  });

  test("a pod that isn't ready may go when the others suffice", async () => {
    await budget("sick", "sick");
    await running("ill", "sick", "False");
    await state("sick", { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1 });
    expect((await evict("ill")).status).toBe(201);
  });

  test("two budgets are one too many", async () => {
    await budget("left", "both");
    await budget("right", "both");
    await running("torn", "both");
    expect((await evict("torn")).json.message).toMatch(/more than one PodDisruptionBudget/);
  });

  test.each([
    { name: "of another name", body: { metadata: { name: "other" } }, code: 400 },
    { name: "of another kind", body: { kind: "Pod" }, code: 400 },
    { name: "of another uid", body: { deleteOptions: { preconditions: { uid: "x" } } }, code: 409 },
  ])("$name is refused", async ({ body, code }) => {
    await running("stays", "stays");
    expect((await kube.send("POST", `${PODS}/stays/eviction`, { body })).status).toBe(code);
  });
});

describe("events", () => {
  test("posted to events.k8s.io are core events, and the other way round", async () => {
    const newer = "/apis/events.k8s.io/v1/namespaces/default/events";
    const older = "/api/v1/namespaces/default/events";
    await kube.send("POST", newer, {
      body: {
        metadata: { name: "web.1" },
        eventTime: "2026-01-02T03:04:05.000000Z",
        reportingController: "berth.dev/agent",
        reportingInstance: "node-1",
        action: "Adding",
        reason: "NoAddress",
        type: "Warning",
        note: "no address",
        regarding: { kind: "Pod", namespace: "default", name: "web" },
      },
    });
    expect((await kube.send("GET", `${older}/web.1`)).json).toMatchObject({
      apiVersion: "v1",
      kind: "Event",
      involvedObject: { kind: "Pod", name: "web" },
      message: "no address",
      reportingComponent: "berth.dev/agent",
    });
    const found = await kube.send("GET", `${newer}?fieldSelector=regarding.name%3Dweb`);
    expect(found.json.items).toHaveLength(1);
    const core = await kube.send("GET", `${older}?fieldSelector=involvedObject.name%3Dweb`);
    expect(core.json.items).toHaveLength(1);
    const patched = await kube.send("PATCH", `${newer}/web.1`, {
      headers: MERGE,
      body: { series: { count: 2, lastObservedTime: "2026-01-02T03:05:05.000000Z" } },
    });
    expect(patched.json).toMatchObject({ apiVersion: "events.k8s.io/v1", series: { count: 2 } });
    expect((await kube.send("GET", `${older}/web.1`)).json.series).toMatchObject({ count: 2 });
  });
});
