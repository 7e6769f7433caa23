import { request } from "node:http";
import { request as requestTls } from "node:https";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { HTTPGetAction, TCPSocketAction } from "kubernetes-types/core/v1";
import { connectInNetns } from "../../dataplane/index.ts";
import { parseIp } from "../../net/index.ts";

/** Where requests to containers begin: the node's network namespace; undefined for this process's own. */
export interface NodeNetwork {
  readonly netns: string | undefined;
}

/** What came back. */
export type HttpAnswer =
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  /** In the words of Go's `net/http`, which kubelets show. */
  | { readonly kind: "failed"; readonly message: string };

/** One request to a container. */
export interface ContainerRequest {
  readonly action: HTTPGetAction;
  /** The pod's address, if the action names no host. */
  readonly address: string;
  readonly port: number;
  readonly timeoutMs: number;
}

const BODY_MAX = 10 * 1024;

/** Sends one GET from inside the node's namespace, as the kubelet's probes and hooks do. Redirects are not followed. */
export async function httpGet(
  { netns }: NodeNetwork,
  { action, address, port, timeoutMs }: ContainerRequest,
): Promise<HttpAnswer> {
  const host = action.host ?? address;
  const secure = action.scheme?.toUpperCase() === "HTTPS";
  const path = action.path ?? "/";
  const url = `${secure ? "https" : "http"}://${inUrl(host)}:${port}${path.startsWith("/") ? path : `/${path}`}`;
  const headers: Record<string, string> = { "User-Agent": "kube-probe/1.35", Accept: "*/*" };
  for (const { name, value } of action.httpHeaders ?? []) headers[name] = value;
  const { promise, resolve } = Promise.withResolvers<HttpAnswer>();
  const fail = (why: string): void => resolve({ kind: "failed", message: `Get "${url}": ${why}` });
  let socket: Socket;
  try {
    socket = connectFrom(netns, host, port);
  } catch (error) {
    return { kind: "failed", message: `Get "${url}": ${String(error)}` };
  }
  const signal = AbortSignal.timeout(timeoutMs);
  const start = secure ? requestTls : request;
  const sent = start(url, {
    headers,
    // With an agent, even one of its own, Node would not call this.
    signal,
    createConnection: () => (secure ? connectTls({ socket, rejectUnauthorized: false }) : socket),
  });
  sent.once("response", (response) => {
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (part: string) => {
      if (body.length < BODY_MAX) body += part;
    });
    response.once("error", (error) => fail(error.message));
    response.once("end", () =>
      resolve({ kind: "answered", status: response.statusCode ?? 0, body }),
    );
  });
  sent.once("error", (error: NodeJS.ErrnoException) => {
    fail(
      signal.aborted
        ? "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
        : dialText(error, `${inUrl(host)}:${port}`),
    );
  });
  sent.end();
  return promise.finally(() => socket.destroy());
}

/** Opens and closes a TCP connection from inside the node's namespace; why that failed, or undefined. */
export async function tcpDial(
  { netns }: NodeNetwork,
  target: {
    readonly action: TCPSocketAction;
    readonly address: string;
    readonly port: number;
    readonly timeoutMs: number;
  },
): Promise<string | undefined> {
  const host = target.action.host ?? target.address;
  const where = `${inUrl(host)}:${target.port}`;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let socket: Socket;
  try {
    socket = connectFrom(netns, host, target.port);
  } catch (error) {
    return `dial tcp ${where}: ${String(error)}`;
  }
  socket.setTimeout(target.timeoutMs, () => resolve(`dial tcp ${where}: i/o timeout`));
  socket.once("connect", () => resolve(undefined));
  socket.once("error", (error: NodeJS.ErrnoException) => resolve(dialText(error, where)));
  return promise.finally(() => socket.destroy());
}

/** As Go's net.JoinHostPort writes it. */
function inUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function connectFrom(netns: string | undefined, host: string, port: number): Socket {
  const address = parseIp(host === "localhost" ? "127.0.0.1" : host);
  if (address === undefined) throw new RangeError(`lookup ${host}: no such host`);
  return connectInNetns({ netns, address, port });
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "connect: connection timed out",
};

function dialText({ code = "", message }: NodeJS.ErrnoException, where: string): string {
  const word = WORDS[code];
  if (word !== undefined) return `dial tcp ${where}: ${word}`;
  return code === "ECONNRESET" ? `read tcp ${where}: read: connection reset by peer` : message;
}
