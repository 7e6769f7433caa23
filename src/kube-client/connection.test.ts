import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { scaledTime } from "../time/index.ts";
import { NODES, openKubeClient, PODS } from "./index.ts";
import type { KubeAccess, KubeClient } from "./index.ts";
import { startTinyServer } from "./tiny-server.ts";
import type { TinyServer } from "./tiny-server.ts";
import { newTestCertificates } from "./test-certificates.ts";

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

describe("no answer", () => {
  it("says which address does not answer", async () => {
    const server = await startTinyServer();
    await server.close();
    await expect(connect({ server: server.url }).get(NODES, { name: "n" })).rejects.toMatchObject({
      code: "kubeUnreachable",
      status: 0,
      message: expect.stringContaining(
        `No answer from the Kubernetes API at ${server.url}`,
      ) as string,
      fix: expect.stringContaining("is up") as string,
    });
  });

  it("gives up on a server that accepts and stays silent", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    cleanUps.push(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const client = connect({ server: `http://127.0.0.1:${port}` }, 50);
    await expect(client.get(NODES, { name: "n" })).rejects.toMatchObject({ reason: "TimedOut" });
  });

  it("ends what is under way when it is closed", async () => {
    const server = await start();
    const client = connect({ server: server.url });
    const watching = client.watch(PODS, {}, () => undefined);
    await expect.poll(() => server.asked).toHaveLength(1);
    client.close();
    await expect(watching).rejects.toMatchObject({ status: 0 });
    await expect(client.get(NODES, { name: "n" })).rejects.toMatchObject({ reason: "Closed" });
  });

  it("reports an answer that breaks off", async () => {
    const server = await start();
    const headers = { "content-length": "1000" };
    server.answerNext({ status: 200, headers, body: "{" });
    const getting = connect({ server: server.url }).get(NODES, { name: "n" });
    await expect.poll(() => server.asked).toHaveLength(1);
    setImmediate(() => server.cut());
    await expect(getting).rejects.toMatchObject({ status: 0 });
  });
});

describe("TLS", () => {
  it("trusts the given authority and shows its certificate", async () => {
    const { ca, server: own, client: mine, other } = await newTestCertificates();
    const server = await start({
      tls: { ...own, ca, requestCert: true, rejectUnauthorized: true },
    });
    const client = connect({
      server: server.url,
      ca,
      credentials: async () => ({ certificate: mine }),
    });
    await client.list(PODS);
    const stranger = connect({
      server: server.url,
      ca: other,
      credentials: async () => ({ certificate: mine }),
    });
    await expect(stranger.list(PODS)).rejects.toMatchObject({
      code: "kubeUntrusted",
      fix: expect.stringContaining("certificate authority") as string,
    });
    const anyway = connect({
      server: server.url,
      insecureSkipTlsVerify: true,
      credentials: async () => ({ certificate: mine }),
    });
    await anyway.list(PODS);
    const renamed = connect({
      server: server.url,
      ca,
      tlsServerName: "elsewhere",
      credentials: async () => ({ certificate: mine }),
    });
    await expect(renamed.list(PODS)).rejects.toMatchObject({ code: "kubeUntrusted" });
  });
});
