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

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const configMap = (name: string, data: object = {}): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});
const UID: unknown = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
);
const VERSION: unknown = expect.stringMatching(/^\d+$/);
const TIMESTAMP: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const MERGE = { "content-type": "application/merge-patch+json" };

describe("creating", () => {
  test("gives uid, version and time, and keeps what is there", async () => {
    const made = await kube.send("POST", CONFIG_MAPS, { body: configMap("new", { a: "b" }) });
    expect(made).toMatchObject({
      status: 201,
      json: {
        kind: "ConfigMap",
        apiVersion: "v1",
        metadata: {
          name: "new",
          namespace: "default",
          uid: UID,
          resourceVersion: VERSION,
          creationTimestamp: TIMESTAMP,
        },
        data: { a: "b" },
      },
    });
    expect((await kube.send("GET", `${CONFIG_MAPS}/new`)).json).toEqual(made.json);
  });

  test("a name that is taken is a conflict", async () => {
    await kube.send("POST", CONFIG_MAPS, { body: configMap("twice") });
    expect((await kube.send("POST", CONFIG_MAPS, { body: configMap("twice") })).json).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'configmaps "twice" already exists',
      reason: "AlreadyExists",
      details: { name: "twice", kind: "configmaps" },
      code: 409,
    });
  });

  test("generateName makes a name", async () => {
    const body = { metadata: { generateName: "gen-" } };
    const made = await kube.send("POST", CONFIG_MAPS, { body });
    expect(made.json.metadata.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test("dryRun=All answers as usual and stores nothing", async () => {
    const made = await kube.send("POST", `${CONFIG_MAPS}?dryRun=All`, { body: configMap("dry") });
    expect(made.status).toBe(201);
    expect((await kube.send("GET", `${CONFIG_MAPS}/dry`)).status).toBe(404);
  });

  test.each([
    {
      name: "in a namespace that isn't there",
      path: "/api/v1/namespaces/nowhere/configmaps",
      body: configMap("a"),
      want: { code: 404, message: 'namespaces "nowhere" not found' },
    },
    {
      name: "with another namespace than the path",
      path: CONFIG_MAPS,
      body: { metadata: { name: "a", namespace: "other" } },
      want: { code: 400, message: /namespace of the provided object does not match/ },
    },
    {
      name: "without a name",
      path: CONFIG_MAPS,
      body: { metadata: {} },
      want: { code: 422, message: /name or generateName is required/ },
    },
    {
      name: "with a version",
      path: CONFIG_MAPS,
      body: { metadata: { name: "a", resourceVersion: "5" } },
      want: { code: 500, message: "resourceVersion should not be set on objects to be created" },
    },
    {
      name: "of another kind",
      path: CONFIG_MAPS,
      body: { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } },
      want: { code: 400, message: /Secret in version "v1" cannot be handled as a ConfigMap/ },
    },
    {
      name: "of another version",
      path: CONFIG_MAPS,
      body: { apiVersion: "v2", kind: "ConfigMap", metadata: { name: "a" } },
      want: { code: 400, message: /API version in the data \(v2\) does not match/ },
    },
    {
      name: "everywhere at once",
      path: "/api/v1/configmaps",
      body: configMap("a"),
      want: { code: 405, message: /does not allow this method/ },
    },
    {
      name: "a pod whose service account isn't there",
      path: PODS,
      body: podNamed("a", { spec: { serviceAccountName: "nobody" } }),
      want: { code: 403, message: /serviceaccount "nobody" not found/ },
    },
  ])("refuses an object $name", async ({ path, body, want }) => {
    const answer = await kube.send("POST", path, { body });
    expect(answer.json).toMatchObject({ kind: "Status", code: want.code });
    expect(answer.json.message).toMatch(want.message);
    expect(answer.status).toBe(want.code);
  });
});

describe("changing", () => {
  test("a stale version is a conflict, the present one and none are not", async () => {
    const { json: first } = await kube.send("POST", CONFIG_MAPS, { body: configMap("cas") });
    const path = `${CONFIG_MAPS}/cas`;
    const second = await kube.send("PUT", path, { body: { ...first, data: { n: "2" } } });
    expect(second.status).toBe(200);
    const stale = await kube.send("PUT", path, { body: { ...first, data: { n: "3" } } });
    expect(stale.json).toMatchObject({
      code: 409,
      reason: "Conflict",
      message:
        'Operation cannot be fulfilled on configmaps "cas": the object has been modified; please apply your changes to the latest version and try again',
    });
    expect((await kube.send("PUT", path, { body: configMap("cas", { n: "4" }) })).status).toBe(200);
    const patch = {
      metadata: { resourceVersion: first.metadata.resourceVersion },
      data: { n: "5" },
    };
    expect((await kube.send("PATCH", path, { headers: MERGE, body: patch })).status).toBe(409);
  });

  test("what changes nothing gives no new version", async () => {
    const { json: made } = await kube.send("POST", CONFIG_MAPS, {
      body: configMap("same", { a: "1" }),
    });
    const path = `${CONFIG_MAPS}/same`;
    const patched = await kube.send("PATCH", path, { headers: MERGE, body: { data: { a: "1" } } });
    expect(patched.json.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
    const put = await kube.send("PUT", path, { body: made });
    expect(put.json.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  });

  test("generation follows the spec, not status or labels", async () => {
    const path = "/apis/apps/v1/namespaces/default/deployments";
    const labels = { app: "gen" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "a", image: "b" }] } };
    const spec = { replicas: 1, selector: { matchLabels: labels }, template };
    await kube.send("POST", path, { body: { metadata: { name: "gen" }, spec } });
    const patch = async (part: string, body: object): Promise<number> => {
      const answer = await kube.send("PATCH", `${path}/gen${part}`, { headers: MERGE, body });
      expect(answer.status).toBe(200);
      return answer.json.metadata.generation;
    };
    expect(await patch("", { metadata: { labels: { a: "b" } } })).toBe(1);
    expect(await patch("/status", { status: { replicas: 1 } })).toBe(1);
    expect(await patch("", { spec: { replicas: 2 } })).toBe(2);
    expect(await patch("", { status: { replicas: 9 } })).toBe(2);
    expect((await kube.send("GET", `${path}/gen`)).json.status).toMatchObject({ replicas: 1 });
  });

  test.each([
    {
      name: "an object that isn't there",
      path: `${CONFIG_MAPS}/nobody`,
      body: configMap("nobody"),
      want: { code: 404, message: 'configmaps "nobody" not found' },
    },
    {
      name: "under another name",
      path: `${CONFIG_MAPS}/renamed`,
      body: configMap("other"),
      want: { code: 400, message: /name of the object \(other\) does not match/ },
    },
    {
      name: "with another uid",
      path: `${CONFIG_MAPS}/renamed`,
      body: { metadata: { name: "renamed", uid: "0" } },
      want: { code: 409, message: /Precondition failed: UID/ },
    },
  ])("refuses $name", async ({ path, body, want }) => {
    await kube.send("POST", CONFIG_MAPS, { body: configMap("renamed") });
    const { json } = await kube.send("PUT", path, { body });
    expect(json.code).toBe(want.code);
    expect(json.message).toMatch(want.message);
  });
});

describe("deleting", () => {
  test("answers with a Status that names the object", async () => {
    const { json: made } = await kube.send("POST", CONFIG_MAPS, { body: configMap("gone") });
    const deleted = await kube.send("DELETE", `${CONFIG_MAPS}/gone`);
    expect(deleted.json).toMatchObject({
      status: "Success",
      details: { name: "gone", kind: "configmaps", uid: made.metadata.uid },
    });
    expect((await kube.send("GET", `${CONFIG_MAPS}/gone`)).status).toBe(404);
  });

  test("an object with finalizers waits until they are gone", async () => {
    const body = { metadata: { name: "held", finalizers: ["example.com/hold"] } };
    await kube.send("POST", CONFIG_MAPS, { body });
    const path = `${CONFIG_MAPS}/held`;
    const marked = await kube.send("DELETE", path);
    expect(marked.json.metadata.deletionTimestamp).toBeDefined();
    expect((await kube.send("GET", path)).status).toBe(200);
    await kube.send("PATCH", path, { headers: MERGE, body: { metadata: { finalizers: null } } });
    expect((await kube.send("GET", path)).status).toBe(404);
  });

  test.each([
    { policy: "Orphan", finalizers: ["orphan"] },
    { policy: "Foreground", finalizers: ["foregroundDeletion"] },
  ])(
    "$policy is recorded as a finalizer for the garbage collector",
    async ({ policy, finalizers }) => {
      const name = policy.toLowerCase();
      await kube.send("POST", CONFIG_MAPS, { body: configMap(name) });
      const body = { propagationPolicy: policy };
      await kube.send("DELETE", `${CONFIG_MAPS}/${name}`, { body });
      const { json } = await kube.send("GET", `${CONFIG_MAPS}/${name}`);
      expect(json.metadata.finalizers).toEqual(finalizers);
    },
  );

  test("a pod without a node goes at once, a running one waits for its kubelet", async () => {
    await kube.send("POST", PODS, { body: podNamed("free") });
    await kube.send("POST", PODS, { body: podNamed("bound", { spec: { nodeName: "node-1" } }) });
    await kube.send("DELETE", `${PODS}/free`);
    expect((await kube.send("GET", `${PODS}/free`)).status).toBe(404);
    const marked = await kube.send("DELETE", `${PODS}/bound`);
    expect(marked.json.metadata).toMatchObject({
      deletionGracePeriodSeconds: 30,
      deletionTimestamp: TIMESTAMP,
    });
    const sooner = await kube.send("DELETE", `${PODS}/bound?gracePeriodSeconds=5`);
    expect(sooner.json.metadata.deletionGracePeriodSeconds).toBe(5);
    const later = await kube.send("DELETE", `${PODS}/bound?gracePeriodSeconds=50`);
    expect(later.json.metadata.deletionGracePeriodSeconds).toBe(5);
    await kube.send("DELETE", `${PODS}/bound`, { body: { gracePeriodSeconds: 0 } });
    expect((await kube.send("GET", `${PODS}/bound`)).status).toBe(404);
  });

  test("a namespace stays until it is finalized, and takes nothing new meanwhile", async () => {
    const path = "/api/v1/namespaces/leaving";
    await kube.send("POST", "/api/v1/namespaces", { body: { metadata: { name: "leaving" } } });
    const { json: marked } = await kube.send("DELETE", path);
    expect(marked.status.phase).toBe("Terminating");
    const refused = await kube.send("POST", `${path}/configmaps`, { body: configMap("late") });
    expect(refused.json).toMatchObject({
      code: 403,
      message:
        'configmaps "late" is forbidden: unable to create new content in namespace leaving because it is being terminated',
      details: { causes: [{ reason: "NamespaceTerminating" }] },
    });
    await kube.send("PUT", `${path}/finalize`, { body: { ...marked, spec: { finalizers: [] } } });
    expect((await kube.send("GET", path)).status).toBe(404);
  });

  test("some namespaces are there for ever", async () => {
    const { json } = await kube.send("DELETE", "/api/v1/namespaces/kube-system");
    expect(json).toMatchObject({
      code: 403,
      message: 'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    });
  });

  test("a collection goes by selector", async () => {
    for (const [name, app] of [
      ["one", "bulk"],
      ["two", "bulk"],
      ["three", "kept"],
    ]) {
      await kube.send("POST", CONFIG_MAPS, { body: { metadata: { name, labels: { app } } } });
    }
    const gone = await kube.send("DELETE", `${CONFIG_MAPS}?labelSelector=app%3Dbulk`);
    expect(gone.json.items).toHaveLength(2);
    expect((await kube.send("GET", `${CONFIG_MAPS}/three`)).status).toBe(200);
    expect((await kube.send("GET", `${CONFIG_MAPS}/one`)).status).toBe(404);
  });

  test.each([
    { name: "another uid", body: { preconditions: { uid: "x" } }, code: 409 },
    { name: "another version", body: { preconditions: { resourceVersion: "1" } }, code: 409 },
    { name: "an unknown policy", body: { propagationPolicy: "Later" }, code: 422 },
    {
      name: "both ways of orphaning",
      body: { orphanDependents: true, propagationPolicy: "Orphan" },
      code: 400,
    },
    { name: "another kind of body", body: { kind: "Pod" }, code: 400 },
    { name: "a grace period of words", body: { gracePeriodSeconds: "soon" }, code: 400 },
  ])("refuses $name", async ({ body, code }) => {
    await kube.send("POST", CONFIG_MAPS, { body: configMap("kept") });
    expect((await kube.send("DELETE", `${CONFIG_MAPS}/kept`, { body })).status).toBe(code);
    expect((await kube.send("GET", `${CONFIG_MAPS}/kept`)).status).toBe(200);
  });
});
