import { once } from "node:events";
import { createServer, request } from "node:http";
import { afterAll, describe, expect, test } from "vitest";
import { connectInNetns } from "./connect.ts";
import { listenInNetns } from "./listen.ts";
import { KERNEL_TESTS_MISSING, TestNamespaces } from "./testing/test-netns.ts";
import { ip } from "./testing/values.ts";

const LOOPBACK = ip("127.0.0.1");

describe.skipIf(KERNEL_TESTS_MISSING !== undefined)(
  `connections from a namespace (${KERNEL_TESTS_MISSING ?? "on this kernel"})`,
  () => {
    const namespaces = new TestNamespaces();
    afterAll(() => {
      namespaces.deleteAll();
    });

    test("HTTP reaches a server that listens only inside, again and again", async () => {
      const netns = namespaces.create("connect");
      const server = createServer((_, response) => response.end("inside"));
      server.listen({ fd: listenInNetns({ netns, address: LOOPBACK, port: 8080 }) });
      await once(server, "listening");
      for (let round = 0; round < 3; round++) {
        const socket = connectInNetns({ netns, address: LOOPBACK, port: 8080 });
        const sent = request("http://127.0.0.1:8080/", {
          createConnection: () => socket,
        });
        sent.end();
        const [response] = (await once(sent, "response")) as [NodeJS.ReadableStream];
        let text = "";
        for await (const part of response) text += String(part);
        expect(text).toBe("inside");
      }
      server.closeAllConnections();
      server.close();
    });

    test("a port where nobody listens is refused", async () => {
      const netns = namespaces.create("refused");
      const socket = connectInNetns({ netns, address: LOOPBACK, port: 81 });
      const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
      expect(error.code).toBe("ECONNREFUSED");
    });

    test("an address without a route is unreachable", async () => {
      const netns = namespaces.create("unreachable");
      const socket = connectInNetns({ netns, address: ip("10.9.9.9"), port: 80 });
      const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
      expect(error.code).toBe("ENETUNREACH");
    });
  },
);
