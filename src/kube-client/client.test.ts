import { afterEach, describe, expect, it } from "vitest";
import { scaledTime } from "../time/index.ts";
import {
  CNI_NODES,
  DEPLOYMENTS,
  isAlreadyExists,
  isConflict,
  isGone,
  isNotFound,
  NODES,
  openKubeClient,
  PODS,
  retryOnConflict,
} from "./index.ts";
import type { KubeAccess, KubeClient } from "./index.ts";
import { startTinyServer } from "./tiny-server.ts";
import type { TinyServer } from "./tiny-server.ts";

const time = scaledTime({ speed: 1000, startMs: 0 });
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function connect(access: Partial<KubeAccess> & { server: string }, timeoutMs = 5000): KubeClient {
  const client = openKubeClient(
    { namespace: "team", credentials: async () => ({}), ...access },
    { userAgent: "berth-test/1", time, requestTimeoutMs: timeoutMs },
  );
  cleanUps.push(() => client.close());
  return client;
}

async function start(options: Parameters<typeof startTinyServer>[0] = {}): Promise<TinyServer> {
  const server = await startTinyServer(options);
  cleanUps.push(() => server.close());
  return server;
}

describe("requests", () => {
  const pod = { metadata: { name: "a b" }, spec: { containers: [] } };
  it.each([
    {
      name: "get",
      call: (client: KubeClient) => client.get(PODS, { name: "web-1", namespace: "shop" }),
      line: "GET /api/v1/namespaces/shop/pods/web-1",
    },
    {
      name: "get without a namespace takes the access's",
      call: (client: KubeClient) => client.get(PODS, { name: "web-1" }),
      line: "GET /api/v1/namespaces/team/pods/web-1",
    },
    {
      name: "get of what has no namespace",
      call: (client: KubeClient) => client.get(CNI_NODES, { name: "n" }),
      line: "GET /apis/vpcresources.k8s.aws/v1alpha1/cninodes/n",
    },
    {
      name: "list with selectors",
      call: (client: KubeClient) =>
        client.list(PODS, {
          fieldSelector: "spec.nodeName=n",
          labelSelector: "a in (b)",
          limit: 5,
        }),
      line: "GET /api/v1/pods?fieldSelector=spec.nodeName%3Dn&labelSelector=a%20in%20(b)&limit=5",
    },
    {
      name: "create",
      call: (client: KubeClient) => client.create(PODS, pod),
      line: "POST /api/v1/namespaces/team/pods?fieldManager=berth-test",
      body: { apiVersion: "v1", kind: "Pod", ...pod },
    },
    {
      name: "replace",
      call: (client: KubeClient) => client.replace(PODS, pod, { subresource: "status" }),
      line: "PUT /api/v1/namespaces/team/pods/a%20b/status?fieldManager=berth-test",
      body: { apiVersion: "v1", kind: "Pod", ...pod },
    },
    {
      name: "merge patch",
      call: (client: KubeClient) =>
        client.patch(NODES, { name: "n" }, { type: "merge", body: { a: null } }),
      line: "PATCH /api/v1/nodes/n?fieldManager=berth-test",
      type: "application/merge-patch+json",
      body: { a: null },
    },
    {
      name: "server-side apply",
      call: (client: KubeClient) =>
        client.patch(
          DEPLOYMENTS,
          { name: "d", namespace: "shop" },
          { type: "apply", body: {}, force: true, subresource: "scale" },
        ),
      line: "PATCH /apis/apps/v1/namespaces/shop/deployments/d/scale?fieldManager=berth-test&force=true",
      type: "application/apply-patch+yaml",
      body: {},
    },
    {
      name: "delete under a condition",
      call: (client: KubeClient) =>
        client.delete(PODS, { name: "p" }, { gracePeriodSeconds: 0, uid: "u" }),
      line: "DELETE /api/v1/namespaces/team/pods/p",
      body: {
        apiVersion: "v1",
        kind: "DeleteOptions",
        gracePeriodSeconds: 0,
        preconditions: { uid: "u" },
      },
    },
    {
      name: "bind",
      call: (client: KubeClient) =>
        client.post(PODS, { name: "p", namespace: "shop", subresource: "binding" }, { target: {} }),
      line: "POST /api/v1/namespaces/shop/pods/p/binding?fieldManager=berth-test",
      body: { target: {} },
    },
  ])("$name", async ({ call, line, body, type }) => {
    const server = await start();
    server.answerNext({ status: 200, body: { metadata: {}, items: [] } });
    await call(connect({ server: server.url, credentials: async () => ({ token: "secret" }) }));
    const [asked] = server.asked;
    expect(asked?.line).toBe(line);
    expect(asked?.headers["user-agent"]).toBe("berth-test/1");
    expect(asked?.headers.authorization).toBe("Bearer secret");
    if (type !== undefined) expect(asked?.headers["content-type"]).toBe(type);
    if (body !== undefined) expect(JSON.parse(asked?.body ?? "")).toEqual(body);
  });

  it("gives listed objects the kind that servers leave out", async () => {
    const server = await start();
    server.put("/api/v1/namespaces/team/pods", "a");
    const { items } = await connect({ server: server.url }).list(PODS, { namespace: "team" });
    expect(items.map(({ apiVersion, kind }) => ({ apiVersion, kind }))).toEqual([
      { apiVersion: "v1", kind: "Pod" },
    ]);
  });

  it("goes through many requests over few connections", async () => {
    const server = await start();
    const client = connect({ server: server.url });
    const create = (at: number): Promise<unknown> =>
      client.create(PODS, { metadata: { name: `p${at}` } });
    await Promise.all(Array.from({ length: 200 }, (_, at) => create(at)));
    expect(server.objects("/api/v1/namespaces/team/pods")).toHaveLength(200);
    expect(server.connections()).toBeLessThanOrEqual(16);
  });

  it("asks again on a connection that the server closed while it was idle", async () => {
    const server = await start();
    const client = connect({ server: server.url });
    for (let round = 0; round < 3; round++) {
      await client.list(PODS, { namespace: "team" });
      server.cut();
    }
    await client.list(PODS, { namespace: "team" });
  });
});

describe("answers that are not 2xx", () => {
  const status = (code: number, reason: string): unknown => ({
    kind: "Status",
    message: `pods "x" ${reason}`,
    reason,
    code,
    details: { name: "x", kind: "pods" },
  });

  it.each([
    { code: 404, reason: "NotFound", is: isNotFound },
    { code: 409, reason: "Conflict", is: isConflict },
    { code: 409, reason: "AlreadyExists", is: isAlreadyExists },
    { code: 410, reason: "Expired", is: isGone },
  ])("$code $reason", async ({ code, reason, is }) => {
    const server = await start();
    server.answerNext({ status: code, body: status(code, reason) });
    const error: unknown = await connect({ server: server.url })
      .get(PODS, { name: "x" })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: `kube${reason}`,
      status: code,
      reason,
      message: `GET /api/v1/namespaces/team/pods/x failed with ${code}: pods "x" ${reason}`,
      details: { name: "x", kind: "pods" },
    });
    expect([isNotFound, isConflict, isAlreadyExists, isGone].filter((test) => test(error))).toEqual(
      [is],
    );
  });

  it("tryGet is undefined for 404 only", async () => {
    const server = await start();
    const client = connect({ server: server.url });
    server.answerNext({ status: 404, body: status(404, "NotFound") });
    expect(await client.tryGet(PODS, { name: "x" })).toBeUndefined();
    server.answerNext({ status: 403, body: status(403, "Forbidden") });
    await expect(client.tryGet(PODS, { name: "x" })).rejects.toMatchObject({ status: 403 });
  });

  it("quotes what is no Status", async () => {
    const server = await start();
    server.answerNext({ status: 502, body: "<html>bad\n gateway</html>" });
    await expect(connect({ server: server.url }).get(PODS, { name: "x" })).rejects.toMatchObject({
      code: "kubeUnknown",
      message: expect.stringContaining("failed with 502: <html>bad gateway</html>") as string,
    });
  });

  it("comes back when it is told to, ten times at most", async () => {
    const server = await start();
    const client = connect({ server: server.url });
    const busy = {
      status: 429,
      headers: { "retry-after": "1" },
      body: status(429, "TooManyRequests"),
    };
    server.answerNext(busy);
    server.answerNext({ ...busy, status: 503 });
    await client.create(PODS, { metadata: { name: "a" } });
    expect(server.asked).toHaveLength(3);
    for (let count = 0; count < 10; count++) server.answerNext(busy);
    await expect(client.get(PODS, { name: "a" })).rejects.toMatchObject({ status: 429 });
    expect(server.asked).toHaveLength(13);
  });

  it("does not wait for a 429 that names no time, as an eviction's", async () => {
    const server = await start();
    server.answerNext({ status: 429, body: status(429, "TooManyRequests") });
    const evict = connect({ server: server.url }).post(
      PODS,
      { name: "a", subresource: "eviction" },
      {},
    );
    await expect(evict).rejects.toMatchObject({ status: 429 });
  });

  it("renews its credentials once after a 401", async () => {
    const server = await start();
    const asked: boolean[] = [];
    const client = connect({
      server: server.url,
      credentials: async ({ renew = false } = {}) => {
        asked.push(renew);
        return { token: renew ? "new" : "old" };
      },
    });
    server.put("/api/v1/namespaces/team/pods", "a");
    server.answerNext({ status: 401, body: status(401, "Unauthorized") });
    await client.get(PODS, { name: "a" });
    expect(asked).toEqual([false, true]);
    server.answerNext({ status: 401, body: status(401, "Unauthorized") });
    server.answerNext({ status: 401, body: status(401, "Unauthorized") });
    await expect(client.get(PODS, { name: "a" })).rejects.toMatchObject({ status: 401 });
    server.answerNext({ status: 401, body: status(401, "Unauthorized") });
    await client.watch(
      PODS,
      { namespace: "team", timeoutSeconds: 1, signal: AbortSignal.timeout(100) },
      () => undefined,
    );
  });

  it("repeats a conflicting change, but not for ever", async () => {
    const server = await start();
    const client = connect({ server: server.url });
    const change = (): Promise<unknown> =>
      retryOnConflict(time, () => client.replace(PODS, { metadata: { name: "a" } }));
    server.answerNext({ status: 409, body: status(409, "Conflict") });
    await change();
    expect(server.asked).toHaveLength(2);
    for (let count = 0; count < 5; count++)
      server.answerNext({ status: 409, body: status(409, "Conflict") });
    await expect(change()).rejects.toMatchObject({ reason: "Conflict" });
    server.answerNext({ status: 422, body: status(422, "Invalid") });
    await expect(change()).rejects.toMatchObject({ reason: "Invalid" });
  });
});
