import { createServer, type IncomingMessage, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PODS, startReadyKube } from "../testing/cluster-for-tests.ts";
import { podNamed, type TestKube } from "../testing/kube-for-tests.ts";

let kube: TestKube;
let kubelet: Server;
const asked: { url: string; headers: IncomingMessage["headers"] }[] = [];

beforeAll(async () => {
  // A kubelet: answers logs, and echoes what comes over an upgraded connection.
  kubelet = createServer((request, response) => {
    asked.push({ url: request.url ?? "", headers: request.headers });
    if (request.url?.includes("/sick") === true) {
      response.writeHead(request.url.includes("/main") ? 400 : 404).end("no such container");
    } else {
      response.writeHead(200, { "content-type": "text/plain" });
      response.write("first\n");
      response.end("second\n");
    }
  });
  kubelet.on("upgrade", (request: IncomingMessage, socket) => {
    asked.push({ url: request.url ?? "", headers: request.headers });
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${request.headers.upgrade ?? ""}\r\n\r\n`,
    );
    socket.pipe(socket);
  });
  kubelet.listen(0, "127.0.0.1");
  await once(kubelet, "listening");
  const { port } = kubelet.address() as AddressInfo;
  kube = await startReadyKube({ kubeletToken: "let-me-in" });
  for (const [name, ofNode] of [
    ["node-1", port],
    ["node-2", 1],
  ] as const) {
    await kube.send("POST", "/api/v1/nodes", { body: { metadata: { name } } });
    await kube.send("PATCH", `/api/v1/nodes/${name}/status`, {
      headers: { "content-type": "application/merge-patch+json" },
      body: { status: { daemonEndpoints: { kubeletEndpoint: { Port: ofNode } } } },
    });
  }
  await kube.send("POST", "/api/v1/nodes", { body: { metadata: { name: "node-3" } } });
  const containers = [
    { name: "main", image: "a" },
    { name: "side", image: "b" },
  ];
  for (const [name, nodeName] of [
    ["web", "node-1"],
    ["sick", "node-1"],
    ["far", "node-2"],
    ["mute", "node-3"],
    ["lost", "node-4"],
  ]) {
    await kube.send("POST", PODS, { body: podNamed(name ?? "", { spec: { nodeName } }) });
  }
  await kube.send("POST", PODS, { body: podNamed("free") });
  await kube.send("POST", PODS, {
    body: podNamed("two", {
      spec: { nodeName: "node-1", containers, initContainers: [{ name: "first", image: "c" }] },
    }),
  });
});
afterAll(async () => {
  await kube.close();
  kubelet.close();
  expect(kube.bugs).toEqual([]);
});

describe("logs", () => {
  test("come from the kubelet of the pod's node, who is told that the server asks", async () => {
    const query = "tailLines=2&follow=true&timestamps=true&other=1";
    const answer = await kube.send("GET", `${PODS}/web/log?${query}`);
    expect(answer).toMatchObject({ status: 200, text: "first\nsecond\n" });
    expect(asked.at(-1)).toMatchObject({
      url: "/containerLogs/default/web/main?follow=true&timestamps=true&tailLines=2",
      headers: { authorization: "Bearer let-me-in" },
    });
  });

  test("of a pod without a node are empty", async () => {
    expect(await kube.send("GET", `${PODS}/free/log`)).toMatchObject({ status: 200, text: "" });
  });

  test.each([
    {
      path: "two/log",
      code: 400,
      message:
        "a container name must be specified for pod two, choose one of: [main side] or one of the init containers: [first]",
    },
    { path: "sick/log", code: 400, message: "no such container" },
    { path: "far/log", code: 500, message: /connect ECONNREFUSED/ },
    { path: "mute/log", code: 500, message: /has not told where its kubelet answers/ },
    { path: "lost/log", code: 500, message: /nodes "node-4" not found/ },
    { path: "web/log?tailLines=few", code: 400, message: /tailLines/ },
    {
      path: "web/log?sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z",
      code: 422,
      message: /at most one/,
    },
  ])("$path: $code", async ({ path, code, message }) => {
    const { status, json } = await kube.send("GET", `${PODS}/${path}`);
    expect(json.message).toMatch(message);
    expect(status).toBe(code);
  });
});

describe("upgrades", () => {
  const upgrade = async (path: string, headers: readonly string[] = []): Promise<TLSSocket> => {
    const socket = connect({ host: "127.0.0.1", port: kube.port, ca: kube.api.tls.ca });
    await once(socket, "secureConnect");
    const lines = [
      `POST ${PODS}/${path} HTTP/1.1`,
      "host: x",
      `authorization: Bearer ${kube.api.tokenFor("somebody")}`,
      "connection: Upgrade",
      "upgrade: SPDY/3.1",
      ...headers,
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    return socket;
  };
  const read = async (socket: TLSSocket): Promise<string> =>
    String(((await once(socket, "data")) as [Buffer])[0]);

  test("of exec are passed on, and then bytes both ways", async () => {
    const socket = await upgrade("web/exec?command=ls&command=-l&stdin=true&stdout=true&stderr=1");
    expect(await read(socket)).toMatch(/^HTTP\/1.1 101/);
    expect(asked.at(-1)).toMatchObject({
      url: "/exec/default/web/main?input=1&output=1&error=1&command=ls&command=-l",
      headers: { upgrade: "SPDY/3.1", authorization: "Bearer let-me-in" },
    });
    socket.write("ping");
    expect(await read(socket)).toBe("ping");
    socket.destroy();
  });

  test.each([
    { path: "web/portforward?ports=80", url: "/portForward/default/web?ports=80" },
    {
      path: "two/attach?container=side&stdout=true&tty=true",
      url: "/attach/default/two/side?output=1&tty=1",
    },
  ])("of $path are passed on", async ({ path, url }) => {
    const socket = await upgrade(path);
    expect(await read(socket)).toMatch(/^HTTP\/1.1 101/);
    expect(asked.at(-1)?.url).toBe(url);
    socket.destroy();
  });

  test.each([
    {
      name: "only the newest WebSocket protocol",
      offer: "v5.channel.k8s.io",
      want: /^HTTP\/1.1 400/,
    },
    {
      name: "a tunnel for port-forward",
      offer: "SPDY/3.1+portforward.k8s.io",
      want: /^HTTP\/1.1 400/,
    },
    {
      name: "an older one as well",
      offer: "v5.channel.k8s.io, v4.channel.k8s.io",
      want: /^HTTP\/1.1 101/,
    },
  ])("that offer $name", async ({ offer, want }) => {
    const socket = await upgrade("web/exec?command=ls", [`sec-websocket-protocol: ${offer}`]);
    expect(await read(socket)).toMatch(want);
    socket.destroy();
  });

  test.each([
    { path: "far/exec?command=ls", want: /error dialing backend/ },
    { path: "two/exec?command=ls", want: /a container name must be specified/ },
    { path: "free/portforward", want: /does not have a host assigned/ },
  ])("of $path are refused with a Status", async ({ path, want }) => {
    const socket = await upgrade(path);
    expect(await read(socket)).toMatch(want);
  });
});
