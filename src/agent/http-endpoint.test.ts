import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemTime } from "../time/index.ts";
import { answerGets, openEndpoint } from "./http-endpoint.ts";
import { newLogTo } from "./log.ts";

const lines: string[] = [];
const pages = {
  name: "test",
  answer: (path: string) => {
    if (path === "/bug") throw new Error("a bug");
    return { body: `the page of ${path}` };
  },
  log: newLogTo({ level: "error", write: (line) => lines.push(line) }),
};
const server = createServer(answerGets(pages));

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.close();
});

function portOf(listening: Server): number {
  return (listening.address() as AddressInfo).port;
}

/** Sends a line as it is, which few clients of HTTP would do with all of these, and reads the answer. */
async function ask(
  line: string,
  to = { host: "127.0.0.1", port: portOf(server) },
): Promise<string> {
  const socket = connect(to);
  socket.write(`${line} HTTP/1.1\r\nHost: agent\r\n\r\n`);
  return text(socket);
}

test.each([
  { line: "GET /v1/pool", status: 200, body: "the page of /v1/pool" },
  { line: "GET /v1/pool?pretty=1", status: 200, body: "the page of /v1/pool" },
  { line: "GET //", status: 200, body: "the page of //" },
  { line: "GET http://agent:99999/", status: 200, body: "the page of http://agent:99999/" },
  { line: "OPTIONS *", status: 405, body: "only GET is answered" },
  { line: "GET /bug", status: 500, body: "log says why" },
])("$line is answered with $status, and ends nothing", async ({ line, status, body }) => {
  const answer = await ask(line);
  expect(answer).toContain(`HTTP/1.1 ${status} `);
  expect(answer).toContain(body);
});

test("a page that can't be made is in the log", async () => {
  lines.length = 0;
  await ask("GET /bug");
  expect(lines).toEqual([expect.stringContaining("test: a page could not be made")]);
});

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === "::1");

test.each([{ host: "127.0.0.1" }, ...(hasIpv6 ? [{ host: "::1" }] : [])])(
  "without an address it answers at every one, $host too",
  async ({ host }) => {
    const other = createServer().listen(0);
    await once(other, "listening");
    const port = portOf(other);
    other.close();
    const endpoint = openEndpoint({ ...pages, address: { port }, time: systemTime });
    const answer = (): Promise<string> => ask("GET /metrics", { host, port }).catch(() => "");
    await expect.poll(answer).toContain("the page of /metrics");
    await endpoint.close();
  },
);
