import * as http from "node:http";
import * as https from "node:https";
import { createSecureContext } from "node:tls";
import type { Credentials, KubeAccess } from "./kube-access.ts";
import type { RawAnswer, RawRequest } from "./kube-client.ts";
import { noAnswer } from "./no-answer.ts";

/** Sends HTTP requests to one server over connections that stay open. Rejects with a `KubeError` if there is no answer. */
export interface Transport {
  send(request: RawRequest): Promise<RawAnswer>;
  /** Resolves with the head of the answer; its body is read by the caller. */
  open(request: RawRequest, signal: AbortSignal): Promise<http.IncomingMessage>;
  close(): void;
}

/** How a {@link Transport} behaves. */
export interface TransportOptions {
  readonly userAgent: string;
  /** From the moment a connection is there to the end of the answer; of a stream, to its head. */
  readonly requestTimeoutMs: number;
}

// As many as an HTTP/1.1 client needs to keep a server busy; more requests wait for one of them.
const REQUEST_SOCKETS = 16;
const TCP_KEEP_ALIVE_MS = 30_000;
const IDEMPOTENT = new Set(["GET", "HEAD", "PUT", "PATCH", "DELETE"]);

interface Agents {
  readonly key: string;
  readonly requests: http.Agent;
  readonly streams: http.Agent;
}

/** A transport to the server of `access`. */
export function openTransport(access: KubeAccess, options: TransportOptions): Transport {
  const server = new URL(access.server);
  const wait = { address: access.server, timeoutMs: options.requestTimeoutMs };
  const underWay = new Set<http.ClientRequest>();
  let agents: Agents | undefined;
  let closed = false;

  function agentsFor({ certificate }: Credentials): Agents {
    const key = certificate?.cert ?? "";
    if (agents?.key === key) return agents;
    // Connections under way keep the certificate they began with.
    agents = { key, ...newAgents(access, server.protocol, certificate) };
    return agents;
  }

  async function begin(
    request: RawRequest,
    { kind, renew }: { kind: "requests" | "streams"; renew: boolean },
  ): Promise<http.ClientRequest> {
    const credentials = await access.credentials({ renew });
    if (closed) throw noAnswer(access.server, "Closed", "the client is closed");
    const body = encodeBody(request.body);
    const begun = (server.protocol === "https:" ? https : http).request({
      agent: agentsFor(credentials)[kind],
      host: server.hostname.replace(/^\[|\]$/g, ""),
      port: server.port === "" ? (server.protocol === "https:" ? 443 : 80) : server.port,
      method: request.method,
      path: server.pathname.replace(/\/$/, "") + request.path + queryText(request.query),
      headers: headersOf({ request, body, credentials, userAgent: options.userAgent }),
    });
    underWay.add(begun);
    begun.once("close", () => underWay.delete(begun));
    begun.end(body);
    return begun;
  }

  async function sendOnce(request: RawRequest, renew: boolean): Promise<RawAnswer> {
    return readAnswer(await begin(request, { kind: "requests", renew }), wait);
  }

  async function openOnce(
    request: RawRequest,
    { signal, renew }: { signal: AbortSignal; renew: boolean },
  ): Promise<http.IncomingMessage> {
    const begun = await begin(request, { kind: "streams", renew });
    const stop = (): void => void begun.destroy();
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    begun.once("close", () => signal.removeEventListener("abort", stop));
    return readHead(begun, wait);
  }

  return {
    async send(request) {
      const attempt = (renew: boolean): Promise<RawAnswer> => sendOnce(request, renew);
      const answer = await overStale(request, () => attempt(false));
      return answer.status === 401 ? await attempt(true) : answer;
    },
    async open(request, signal) {
      const attempt = (renew: boolean): Promise<http.IncomingMessage> =>
        openOnce(request, { signal, renew });
      const head = await overStale(request, () => attempt(false));
      if (head.statusCode !== 401) return head;
      head.resume();
      return attempt(true);
    },
    close() {
      closed = true;
      for (const request of underWay) request.destroy();
      agents?.requests.destroy();
      agents?.streams.destroy();
    },
  };
}

function newAgents(
  access: KubeAccess,
  protocol: string,
  certificate: Credentials["certificate"],
): Omit<Agents, "key"> {
  const keepAlive = { keepAlive: true, keepAliveMsecs: TCP_KEEP_ALIVE_MS };
  if (protocol !== "https:")
    return {
      requests: new http.Agent({ ...keepAlive, maxSockets: REQUEST_SOCKETS }),
      streams: new http.Agent(keepAlive),
    };
  const tls = {
    ...keepAlive,
    // Made once: parsing the authorities for every connection costs more than the handshake.
    secureContext: createSecureContext({
      ...(access.ca === undefined ? {} : { ca: access.ca }),
      ...(certificate ?? {}),
    }),
    rejectUnauthorized: access.insecureSkipTlsVerify !== true,
    ...(access.tlsServerName === undefined ? {} : { servername: access.tlsServerName }),
  };
  return {
    requests: new https.Agent({ ...tls, maxSockets: REQUEST_SOCKETS }),
    streams: new https.Agent(tls),
  };
}

/** Kept inside of this file: a reused connection was already closed by the server. */
class StaleConnection extends Error {
  readonly reported: Error;

  constructor(reported: Error) {
    super(reported.message);
    this.reported = reported;
  }
}

/** Repeats a request that met a connection which the server had closed just then, if repeating it can do no harm. */
async function overStale<T>({ method }: RawRequest, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    if (!IDEMPOTENT.has(method)) throw error.reported;
  }
  try {
    return await attempt();
  } catch (error) {
    throw error instanceof StaleConnection ? error.reported : error;
  }
}

interface Wait {
  readonly address: string;
  readonly timeoutMs: number;
}

function readHead(
  begun: http.ClientRequest,
  { address, timeoutMs }: Wait,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    begun.once("socket", (socket) => {
      socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
      // Waiting for a free connection does not count: it is our own queue.
      timer = setTimeout(() => {
        const text = `it has not answered within ${timeoutMs / 1000} s`;
        begun.destroy(noAnswer(address, "TimedOut", text));
      }, timeoutMs);
    });
    let answered = false;
    begun.once("response", (head) => {
      clearTimeout(timer);
      answered = true;
      resolve(head);
    });
    begun.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const reported = noAnswer(address, "Unreachable", error);
      const stale = begun.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
      reject(stale ? new StaleConnection(reported) : reported);
    });
    begun.once("close", () => {
      clearTimeout(timer);
      // Every request comes here, and an error costs as much as a small answer.
      if (!answered) reject(noAnswer(address, "Closed", "the request was ended"));
    });
  });
}

async function readAnswer(begun: http.ClientRequest, wait: Wait): Promise<RawAnswer> {
  const head = await readHead(begun, wait);
  const chunks: Buffer[] = [];
  const timer = setTimeout(() => {
    const text = `its answer was not complete within ${wait.timeoutMs / 1000} s`;
    head.destroy(noAnswer(wait.address, "TimedOut", text));
  }, wait.timeoutMs);
  try {
    for await (const chunk of head) chunks.push(chunk as Buffer);
  } catch (error) {
    throw noAnswer(wait.address, "Unreachable", error as Error);
  } finally {
    clearTimeout(timer);
  }
  return { status: head.statusCode ?? 0, headers: head.headers, body: Buffer.concat(chunks) };
}

function encodeBody(body: unknown): string | Buffer | undefined {
  if (body === undefined || typeof body === "string" || Buffer.isBuffer(body)) return body;
  return JSON.stringify(body);
}

function queryText(query: RawRequest["query"] = {}): string {
  const parts = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`],
  );
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

function headersOf({
  request,
  body,
  credentials,
  userAgent,
}: {
  request: RawRequest;
  body: string | Buffer | undefined;
  credentials: Credentials;
  userAgent: string;
}): Record<string, string | number> {
  return {
    accept: "application/json",
    "user-agent": userAgent,
    ...(credentials.token === undefined ? {} : { authorization: `Bearer ${credentials.token}` }),
    ...(body === undefined
      ? {}
      : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
    ...request.headers,
  };
}
