import {
  createServer,
  get,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { newRandom } from "../src/base/index.ts";
import { type KubeApi, openKubeApi } from "../src/lab/index.ts";
import { systemTime } from "../src/time/index.ts";
import { measurement, type Benchmark } from "./measurement.ts";

const PODS = 10_000;
const WATCHERS = 100;
const CHANGES = 200;
const LISTS = 20;
const PODS_PATH = "/api/v1/pods";
const IN_FLIGHT = 20;

/** What a cluster's components and its people ask of the API server most: to be told of changes, and to list. */
export const kubeWatch: Benchmark = {
  name: "kube",
  about: `the Kubernetes API with ${PODS} pods and ${WATCHERS} watchers, beside an HTTP server that only writes the same bytes`,
  needs: "nothing",
  async run(note) {
    const api = await openKubeApi({
      time: systemTime,
      random: newRandom(1),
      addresses: [],
      onBug: (error) => note(String(error)),
    });
    const served = await serve(withToken(api));
    try {
      await fill(served.port);
      const ours = await fanOut(served.port, async (index) => {
        await ask(served.port, {
          method: "PATCH",
          path: `/api/v1/namespaces/default/pods/bench-${index}/status`,
          body: { status: { phase: "Running", podIP: `10.0.0.${index}` } },
        });
      });
      const list = await timeOf(
        LISTS,
        async () => (await ask(served.port, { path: PODS_PATH })).length,
      );
      const bytes = await ask(served.port, { path: PODS_PATH });
      const peer = await bareServer({ event: Buffer.alloc(ours.bytesPerEvent, "x"), list: bytes });
      try {
        const bare = await fanOut(peer.port, async () => {
          await ask(peer.port, { path: "/emit" });
        });
        const bareList = await timeOf(
          LISTS,
          async () => (await ask(peer.port, { path: "/list" })).length,
        );
        note(
          `an event has ${ours.bytesPerEvent} bytes, the list ${(bytes.length / 2 ** 20).toFixed(1)} MiB`,
        );
        return [
          measurement({
            name: `watch events a second of ${PODS} pods delivered to ${WATCHERS} watchers, peer the same bytes from bare node:http`,
            value: ours.eventsPerSecond,
            unit: "1/s",
            peer: bare.eventsPerSecond,
          }),
          measurement({
            name: `list of ${PODS} pods, peer the same bytes from bare node:http`,
            value: list,
            unit: "ms",
            peer: bareList,
          }),
        ];
      } finally {
        peer.close();
      }
    } finally {
      served.close();
      await api.close();
    }
  },
};

async function fill(port: number): Promise<void> {
  // Pods need the account that a controller makes in every namespace; there is none here.
  await ask(port, {
    method: "POST",
    path: "/api/v1/namespaces/default/serviceaccounts",
    body: { metadata: { name: "default" } },
  });
  await inParallel(PODS, async (index) => {
    await ask(port, {
      method: "POST",
      path: "/api/v1/namespaces/default/pods",
      body: pod(index),
    });
  });
}

function pod(index: number): unknown {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `bench-${index}`, labels: { app: "bench", shard: `${index % 100}` } },
    spec: {
      nodeName: `ip-10-0-0-${index % 250}.ec2.internal`,
      containers: [
        {
          name: "app",
          image: "berth.local/echo:1",
          resources: { requests: { cpu: "100m", memory: "64Mi" } },
        },
      ],
    },
  };
}

/** Opens the watches, makes the changes, and counts until every watcher has got every one. */
async function fanOut(
  port: number,
  change: (index: number) => Promise<void>,
): Promise<{ eventsPerSecond: number; bytesPerEvent: number }> {
  let lines = 0;
  let bytes = 0;
  let done: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (done = resolve));
  const resourceVersion = await versionOf(port);
  const watches = await Promise.all(
    Array.from({ length: WATCHERS }, async () => {
      const answer = await open(port, `${PODS_PATH}?watch=true&resourceVersion=${resourceVersion}`);
      answer.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
        if (lines >= WATCHERS * CHANGES) done();
      });
      return answer;
    }),
  );
  const startMs = performance.now();
  await inParallel(CHANGES, change);
  await all;
  const seconds = (performance.now() - startMs) / 1000;
  for (const watch of watches) watch.destroy();
  return { eventsPerSecond: lines / seconds, bytesPerEvent: Math.round(bytes / lines) };
}

async function versionOf(port: number): Promise<string> {
  const text = (await ask(port, { path: `${PODS_PATH}?limit=1` })).toString();
  return /"resourceVersion":"(\d+)"/.exec(text)?.[1] ?? "0";
}

async function timeOf(times: number, act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  for (let time = 0; time < times; time++) await act();
  return (performance.now() - startMs) / times;
}

async function inParallel(count: number, act: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

interface Question {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
}

function open(port: number, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ port, host: "127.0.0.1", path, agent: false }, resolve).on("error", reject);
  });
}

async function ask(port: number, { method = "GET", path, body }: Question): Promise<Buffer> {
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { "content-type": type, accept: "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${bytes.toString()}`);
  return bytes;
}

interface Serving {
  readonly port: number;
  close(): void;
}

/** Every request as that of somebody the server knows. */
function withToken(api: KubeApi): RequestListener {
  const bearer = `Bearer ${api.tokenFor("bench")}`;
  return (request, response) => {
    request.headers.authorization = bearer;
    api.requestListener(request, response);
  };
}

async function serve(listener: RequestListener): Promise<Serving> {
  const server: Server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Writes `event` to everybody who waits, for each request to `/emit`; answers `/list` with `list`. */
async function bareServer({ event, list }: { event: Buffer; list: Buffer }): Promise<Serving> {
  event[event.length - 1] = 10;
  const waiting = new Set<Parameters<RequestListener>[1]>();
  return serve((request, response) => {
    if (request.url === "/emit") {
      for (const each of waiting) each.write(event);
      response.end();
    } else if (request.url === "/list") {
      response.end(list);
    } else if (request.url?.includes("watch=true") === true) {
      response.flushHeaders();
      waiting.add(response);
    } else {
      response.end("{}");
    }
  });
}
