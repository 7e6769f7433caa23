import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Time } from "../../../time/index.ts";
import { readLogRequest } from "./log-request.ts";
import { logPieces } from "./log-stream.ts";
import { loggedContainer, lookUpPod, ServerError } from "./pod-lookup.ts";
import { carry, readSessionPath, type SessionParts, sessionUrl, type Upgrade } from "./sessions.ts";

/** What a kubelet's server is made of. */
export interface ServerOptions extends SessionParts {
  /** The bearer token of the only caller that is answered. */
  readonly token: string;
  readonly time: Time;
  readonly onBug: (error: unknown) => void;
}

/** A kubelet's server. */
export interface KubeletServer {
  readonly port: number;
  close(): Promise<void>;
}

const LOG_PATH = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)$/;

/**
 * Serves logs, commands and port-forwards on 127.0.0.1 of the machine. Whoever does not know the token gets nothing, because
 * other users of the machine reach it too.
 */
export async function startServer(options: ServerOptions): Promise<KubeletServer> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => refuse(response, error, options));
  });
  server.on("upgrade", (request: IncomingMessage, socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    upgrade(options, { request, socket, head }).catch((error: unknown) => {
      socket.end(refusedUpgrade(asServerError(error, options)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The API's words for what this server refuses; anything else is a failure of its own. */
const REASONS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  404: "NotFound",
};

/** kubectl shows the message of a Status; of plain text it shows nothing. */
function refusedUpgrade({ status, message }: ServerError): string {
  const reason = REASONS[status] ?? "InternalError";
  const body = JSON.stringify({
    ...{ kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure" },
    ...{ message, reason, code: status },
  });
  const headers = [
    `HTTP/1.1 ${status} Refused`,
    "Content-Type: application/json",
    "Connection: close",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${headers.join("\r\n")}\r\n\r\n${body}`;
}

function isAuthorized({ headers }: IncomingMessage, token: string): boolean {
  const given = Buffer.from(headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function urlOf(request: IncomingMessage): URL {
  return new URL(request.url ?? "/", "http://kubelet");
}

async function answer(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isAuthorized(request, options.token)) throw new ServerError(401, "Unauthorized");
  const url = urlOf(request);
  if (url.pathname === "/healthz") {
    response.end("ok");
    return;
  }
  if (url.pathname === "/pods" || url.pathname === "/pods/") {
    const items = options.directory.list();
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ kind: "PodList", apiVersion: "v1", metadata: {}, items }));
    return;
  }
  const log = LOG_PATH.exec(url.pathname);
  if (log !== null) {
    const [namespace = "", name = "", container = ""] = log.slice(1).map(decodeURIComponent);
    await sendLog(options, { namespace, name, container, query: url.searchParams, response });
    return;
  }
  if (readSessionPath(url.pathname) !== undefined) {
    throw new ServerError(400, "Upgrade request required");
  }
  throw new ServerError(404, "404 page not found");
}

interface LogAnswer {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
  readonly query: URLSearchParams;
  readonly response: ServerResponse;
}

async function sendLog(
  options: ServerOptions,
  { response, query, ...which }: LogAnswer,
): Promise<void> {
  const { runtime, time } = options;
  const { pod, sandboxes } = await lookUpPod(options, which);
  const request = readLogRequest(query, time.nowMs());
  const { container: name } = which;
  const container = loggedContainer(pod, sandboxes, {
    container: name,
    previous: request.previous,
  });
  if (container.logPath === "") {
    throw new ServerError(400, "containers of a simulated lab write no logs");
  }
  const over = new AbortController();
  response.once("close", () => over.abort());
  response.writeHead(200, { "Content-Type": "text/plain", "Transfer-Encoding": "chunked" });
  response.flushHeaders();
  const isRunning = async (): Promise<boolean> => {
    const now = await runtime.list(pod.metadata?.uid ?? "");
    const found = now.flatMap(({ containers }) => containers).find(({ id }) => id === container.id);
    return found?.state.kind === "running";
  };
  const { logPath: path } = container;
  for await (const piece of logPieces({ path, request, isRunning, signal: over.signal })) {
    if (!response.write(piece)) await once(response, "drain", { signal: over.signal });
  }
  response.end();
}

async function upgrade(options: ServerOptions, connection: Upgrade): Promise<void> {
  const { request } = connection;
  if (!isAuthorized(request, options.token)) throw new ServerError(401, "Unauthorized");
  const { pathname, searchParams } = urlOf(request);
  const path = readSessionPath(pathname);
  if (path === undefined) throw new ServerError(404, "404 page not found");
  const url = await sessionUrl(options, path, searchParams);
  carry(connection, { url, netns: options.netns });
}

function refuse(response: ServerResponse, error: unknown, options: ServerOptions): void {
  const { status, message } = asServerError(error, options);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(message);
}

function asServerError(error: unknown, { onBug }: ServerOptions): ServerError {
  if (error instanceof ServerError) return error;
  if (error instanceof RangeError) return new ServerError(400, error.message);
  if (error instanceof Error && "code" in error) {
    // The runtime's refusals, and files that have gone meanwhile.
    return new ServerError(error.name === "AbortError" ? 499 : 500, error.message);
  }
  onBug(error);
  return new ServerError(500, error instanceof Error ? error.message : String(error));
}
