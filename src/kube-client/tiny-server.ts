import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { newWorld, status } from "./tiny-world.ts";
import type { SetAnswer, TinyObject } from "./tiny-world.ts";

/** For tests: a small API server that can be told to be rude. */
export interface TinyServer {
  readonly url: string;
  /** What was asked, in order: `GET /api/v1/pods?watch=true…`. */
  readonly asked: {
    readonly line: string;
    readonly headers: http.IncomingHttpHeaders;
    readonly body: string;
  }[];
  put(collection: string, name: string, fields?: Record<string, unknown>): TinyObject;
  remove(collection: string, name: string): void;
  objects(collection: string): TinyObject[];
  /** The versions of all changes so far. */
  versions(): string[];
  /** Forgets the history of changes, so that old versions are answered with 410. */
  compact(): void;
  /** The answers of the next requests that `matches` the line. */
  answerNext(answer: SetAnswer, matches?: RegExp): void;
  /** How many connections were made so far. */
  connections(): number;
  /** Breaks all connections, in the middle of whatever is being sent. */
  cut(): void;
  close(): Promise<void>;
}

/** How the server behaves. */
export interface TinyServerOptions {
  /** Knows `sendInitialEvents`; otherwise refuses it as older servers do. */
  readonly watchList?: boolean;
  readonly tls?: https.ServerOptions;
  readonly port?: number;
}

/** Listens on 127.0.0.1. A collection is named by its path: `/api/v1/namespaces/default/pods`. */
export async function startTinyServer(options: TinyServerOptions = {}): Promise<TinyServer> {
  const { watchList = true, tls } = options;
  const world = newWorld();
  const asked: TinyServer["asked"] = [];
  const set: { answer: SetAnswer; matches: RegExp }[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;

  async function answer(
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const line = `${request.method ?? ""} ${request.url ?? ""}`;
    const body = await readBody(request);
    asked.push({ line, headers: request.headers, body });
    const at = set.findIndex(({ matches }) => matches.test(line));
    const [instead] = at < 0 ? [] : set.splice(at, 1);
    send(response, instead?.answer ?? answerOf(request, response, body));
  }

  /** Undefined if it is a watch, which has begun to answer. */
  function answerOf(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    body: string,
  ): SetAnswer | undefined {
    const url = new URL(request.url ?? "", "http://tiny");
    if (request.method === "POST") return world.create(url.pathname, body);
    if (request.method === "DELETE") return { status: 200, body: {} };
    if (request.method === "PATCH" || request.method === "PUT")
      return { status: 200, body: JSON.parse(body) as unknown };
    if (url.searchParams.get("watch") !== "true") return world.read(url.pathname);
    if (url.searchParams.get("sendInitialEvents") === "true" && !watchList)
      return status(422, "Invalid");
    return world.watch(url, response);
  }

  const listener = (request: http.IncomingMessage, response: http.ServerResponse): void =>
    void answer(request, response);
  const server =
    tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http${tls === undefined ? "" : "s"}://127.0.0.1:${port}`,
    asked,
    ...world,
    answerNext: (instead, matches = /./) => void set.push({ answer: instead, matches }),
    connections: () => connections,
    cut,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}

function send(response: http.ServerResponse, answer: SetAnswer | undefined): void {
  if (answer === undefined) return;
  const { status: code, headers = {}, body } = answer;
  response.writeHead(code, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
