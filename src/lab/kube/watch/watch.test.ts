import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PODS, startReadyKube } from "../testing/cluster-for-tests.ts";
import { podNamed, type TestKube, TestWatch } from "../testing/kube-for-tests.ts";

let kube: TestKube;
beforeEach(async () => {
  kube = await startReadyKube();
});
afterEach(async () => {
  await kube.close();
  expect(kube.bugs).toEqual([]);
});

const MERGE = { "content-type": "application/merge-patch+json" };
const create = async (name: string, labels: object = {}): Promise<string> => {
  const { json } = await kube.send("POST", PODS, {
    body: podNamed(name, { metadata: { labels } }),
  });
  return json.metadata.resourceVersion;
};
const label = async (name: string, labels: object): Promise<void> => {
  await kube.send("PATCH", `${PODS}/${name}`, { headers: MERGE, body: { metadata: { labels } } });
};
const watch = async (query: string, headers: Record<string, string> = {}): Promise<TestWatch> =>
  new TestWatch(await kube.open("GET", `${PODS}?watch=true&${query}`, { headers }));

describe("a watch", () => {
  test("without a version begins with what is there", async () => {
    await create("a");
    const events = await watch("");
    expect(await events.take(1)).toEqual(["ADDED a"]);
    await create("b");
    await label("b", { x: "y" });
    await kube.send("DELETE", `${PODS}/b`);
    expect(await events.take(3)).toEqual(["ADDED b", "MODIFIED b", "DELETED b"]);
    events.close();
  });

  test("from a version tells what came after it", async () => {
    const version = await create("a");
    await create("b");
    const events = await watch(`resourceVersion=${version}`);
    await create("c");
    expect(await events.take(2)).toEqual(["ADDED b", "ADDED c"]);
    events.close();
  });

  test("sends its head before anything happens", async () => {
    const { json } = await kube.send("GET", PODS);
    const answer = await kube.open(
      "GET",
      `${PODS}?watch=1&resourceVersion=${json.metadata.resourceVersion}`,
    );
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/json");
    answer.destroy();
  });

  test("of a selection tells when objects come into it and leave it", async () => {
    const events = await watch("labelSelector=app%3Dweb");
    await create("a", { app: "db" });
    await label("a", { app: "web" });
    await label("a", { x: "y" });
    await label("a", { app: null });
    await create("b", { app: "web" });
    expect(await events.take(4)).toEqual(["ADDED a", "MODIFIED a", "DELETED a", "ADDED b"]);
    events.close();
  });

  test("of a node's pods tells of those that are bound to it", async () => {
    const events = await watch("fieldSelector=spec.nodeName%3Dnode-1");
    await create("a");
    await create("b");
    await kube.send("POST", `${PODS}/b/binding`, {
      body: { target: { kind: "Node", name: "node-1" } },
    });
    expect(await events.take(1)).toEqual(["ADDED b"]);
    events.close();
  });

  test("of one object by its path", async () => {
    await create("a");
    await create("b");
    const events = new TestWatch(await kube.open("GET", `${PODS}/b?watch=true`));
    await label("a", { x: "y" });
    await label("b", { x: "y" });
    expect(await events.take(2)).toEqual(["ADDED b", "MODIFIED b"]);
    events.close();
  });

  test("as a list ends what is there with a bookmark", async () => {
    await create("a");
    const version = await create("b");
    const events = await watch(
      "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
    );
    expect(await events.take(2)).toEqual(["ADDED a", "ADDED b"]);
    expect(await events.next()).toEqual({
      type: "BOOKMARK",
      object: {
        kind: "Pod",
        apiVersion: "v1",
        metadata: {
          resourceVersion: version,
          annotations: { "k8s.io/initial-events-end": "true" },
        },
      },
    });
    await create("c");
    expect(await events.take(1)).toEqual(["ADDED c"]);
    events.close();
  });

  test("ends after its time, with a bookmark for who wants one", async () => {
    const version = await create("a");
    const events = await watch("timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=0");
    expect(await events.take(2)).toEqual(["ADDED a", "BOOKMARK"]);
    expect(await events.next()).toBeUndefined();
    expect(Number(version)).toBeGreaterThan(0);
  });

  test("as a Table names the columns once", async () => {
    await create("a");
    const events = await watch("", { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" });
    await create("b");
    const [first, second] = [await events.next(), await events.next()];
    expect(first?.object.columnDefinitions.length).toBeGreaterThan(0);
    expect(second?.object.columnDefinitions).toEqual([]);
    expect(second?.object.rows[0]?.cells[0]).toBe("b");
    events.close();
  });

  test.each([
    {
      name: "from a version that is forgotten",
      query: "resourceVersion=1",
      code: 410,
      reason: "Expired",
    },
    {
      name: "from a version of the future",
      query: "resourceVersion=99999999",
      code: 504,
      reason: "Timeout",
    },
    {
      name: "with initial events but no match",
      query: "sendInitialEvents=true",
      code: 422,
      reason: "Invalid",
    },
    {
      name: "with a match but no initial events",
      query: "resourceVersionMatch=NotOlderThan",
      code: 422,
      reason: "Invalid",
    },
    {
      name: "with an exact match",
      query: "sendInitialEvents=true&resourceVersionMatch=Exact",
      code: 422,
      reason: "Invalid",
    },
    {
      name: "of an unknown field",
      query: "fieldSelector=spec.colour%3Dred",
      code: 400,
      reason: "BadRequest",
    },
  ])("$name is refused", async ({ query, code, reason }) => {
    // The history begins where the snapshot of an earlier run ends; here, with the server.
    const { status, json } = await kube.send("GET", `${PODS}?watch=true&${query}`);
    expect(json).toMatchObject({ kind: "Status", reason });
    expect(status).toBe(code);
  });

  test("a client that doesn't read is cut off and keeps nobody waiting", async () => {
    const hanging = await kube.open("GET", `${PODS}?watch=true`);
    hanging.pause();
    const events = await watch("");
    const padding = "x".repeat(100_000);
    const body = { metadata: { annotations: { padding } } };
    for (let at = 0; at < 30; at++)
      await kube.send("POST", PODS, { body: podNamed(`p${at}`, body) });
    expect((await events.take(30)).at(-1)).toBe("ADDED p29");
    hanging.destroy();
    events.close();
  });

  test("a client that vanishes is forgotten", async () => {
    const vanishing = await watch("");
    vanishing.close();
    await create("a");
    const events = await watch("");
    expect(await events.take(1)).toEqual(["ADDED a"]);
    events.close();
  });
});
