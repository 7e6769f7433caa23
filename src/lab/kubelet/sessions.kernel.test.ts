import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { PODS } from "../../kube-client/index.ts";
import { systemTime } from "../../time/index.ts";
import { LAB_KERNEL_MISSING } from "../testing/kernel.ts";
import { openCriRuntime } from "./cri-runtime.ts";
import { type Kubelet, startKubelet } from "./kubelet.ts";
import { type KernelNode, startKernelNode } from "./testing/kernel-node.ts";
import { MemoryCluster } from "./testing/memory-cluster.ts";
import { TEST_NODE, testPod } from "./testing/test-node.ts";

const AUTHORIZED = { authorization: "Bearer secret" };

/** What kubectl shows in brackets before the message. */
const REASONS: Readonly<Record<number, string>> = { 400: "BadRequest", 404: "NotFound" };

describe.skipIf(LAB_KERNEL_MISSING !== undefined)(
  `sessions through a kubelet (${LAB_KERNEL_MISSING ?? "on this kernel"})`,
  () => {
    const cluster = new MemoryCluster();
    const bugs: unknown[] = [];
    let node: KernelNode;
    let kubelet: Kubelet;

    beforeAll(async () => {
      node = await startKernelNode();
      node.configureNetwork();
      const { socket, cgroupParent, netns, dir } = node;
      kubelet = await startKubelet({
        node: TEST_NODE,
        client: cluster.client,
        pods: cluster.podsOf(TEST_NODE.name),
        runtime: openCriRuntime({ socket, cgroupParent, time: systemTime }),
        time: systemTime,
        apiServer: { host: "172.20.0.1", port: 443 },
        serverToken: "secret",
        dirs: { pods: `${dir}/volumes`, logs: `${dir}/logs` },
        netns,
        onBug: (error) => bugs.push(error),
      });
      cluster.put(PODS, testPod("web"));
      const phase = () => cluster.pod("web")?.status?.phase;
      await vi.waitUntil(() => phase() === "Running", { timeout: 20_000 });
    }, 60_000);
    afterAll(async () => {
      await kubelet.close();
      await node.remove();
      expect(bugs).toEqual([]);
    }, 60_000);

    /** Asks for an upgrade; the status of the answer, and its body or its headers. */
    async function upgrade(
      path: string,
      headers: Record<string, string>,
    ): Promise<[number, unknown]> {
      const sent = request({
        port: kubelet.port,
        method: "POST",
        path,
        headers: { connection: "Upgrade", ...headers },
      });
      sent.end();
      const upgraded = once(sent, "upgrade").then(([response, socket]) => {
        (socket as { destroy(): void }).destroy();
        const { statusCode, headers: got } = response as { statusCode: number; headers: unknown };
        return [statusCode, got] as [number, unknown];
      });
      const refused = once(sent, "response").then(async ([response]) => {
        const body = await text(response as NodeJS.ReadableStream);
        const { statusCode } = response as { statusCode: number };
        return [statusCode, body] as [number, unknown];
      });
      return Promise.race([upgraded, refused]);
    }

    const EXEC = "/exec/default/web/main?command=cat&input=1&output=1";

    test("SPDY is spoken by the runtime itself", async () => {
      const spdy = { ...AUTHORIZED, upgrade: "SPDY/3.1" };
      const version = { "x-stream-protocol-version": "v4.channel.k8s.io" };
      const [status, headers] = await upgrade(EXEC, { ...spdy, ...version });
      expect(status).toBe(101);
      expect(headers).toMatchObject({ upgrade: "SPDY/3.1", ...version });
      const forward = await upgrade("/portForward/default/web", {
        ...spdy,
        "x-stream-protocol-version": "portforward.k8s.io",
      });
      expect(forward[0]).toBe(101);
    });

    test("nobody without the token gets in", async () => {
      expect(await upgrade(EXEC, { upgrade: "SPDY/3.1" })).toEqual([
        401,
        expect.stringContaining(
          '"message":"Unauthorized","reason":"Unauthorized","code":401',
        ) as string,
      ]);
    });

    test.each([
      {
        path: "/exec/default/none/main?command=ls&output=1",
        status: 404,
        says: 'pod "none" not found',
      },
      {
        path: "/exec/default/web/x?command=ls&output=1",
        status: 404,
        says: 'container not found ("x")',
      },
      { path: "/exec/default/web/main?output=1", status: 400, says: "at least 1 command" },
      { path: "/exec/default/web/main?command=ls", status: 400, says: "at least 1 of stdin" },
      { path: "/run/default/web/main", status: 404, says: "404 page not found" },
    ])("$path is answered with $status", async ({ path, status, says }) => {
      const [got, body] = await upgrade(path, { ...AUTHORIZED, upgrade: "SPDY/3.1" });
      expect(got).toBe(status);
      const told = JSON.parse(String(body)) as {
        kind: string;
        code: number;
        reason: string;
        message: string;
      };
      expect(told).toMatchObject({ kind: "Status", code: status, reason: REASONS[status] });
      expect(told.message).toContain(says);
    });

    test("a WebSocket that offers only version 5 is refused, so that clients take SPDY", async () => {
      const key = {
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "sec-websocket-version": "13",
      };
      const offer = (protocols: string) =>
        upgrade(EXEC, {
          ...AUTHORIZED,
          ...key,
          upgrade: "websocket",
          "sec-websocket-protocol": protocols,
        });
      expect((await offer("v5.channel.k8s.io"))[0]).toBe(400);
      const [status, body] = await upgrade("/portForward/default/web", {
        ...AUTHORIZED,
        ...key,
        upgrade: "websocket",
        "sec-websocket-protocol": "SPDY/3.1+portforward.k8s.io",
      });
      expect([status, body]).toEqual([400, expect.stringContaining("unable to upgrade") as string]);
    });
  },
);
