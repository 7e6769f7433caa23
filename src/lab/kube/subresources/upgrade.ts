import { connect as connectTcp } from "node:net";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { identify } from "../auth/identify.ts";
import { ANONYMOUS } from "../auth/user.ts";
import type { ApiServer } from "../server/api-server.ts";
import { tableOf } from "../server/cluster.ts";
import { readTarget } from "../server/request-target.ts";
import {
  badRequest,
  internalError,
  notFound,
  StatusError,
  unknownPath,
  unauthorized,
} from "../server/status-error.ts";
import type { KubeletEndpoint } from "../kubelet-endpoint.ts";
import { chooseContainer, nodeNameOf } from "./container-choice.ts";

/** The subresources that are served by an upgraded connection to the kubelet. */
export const UPGRADED: readonly string[] = ["exec", "attach", "portforward"];

const WEBSOCKET_PROTOCOLS = ["v4.channel.k8s.io", "v4.base64.channel.k8s.io"];

/**
 * Passes an exec, attach or port-forward on to the kubelet of the pod: the request's head once more, then bytes both
 * ways, whatever is spoken (SPDY/3.1 or WebSocket). Problems are answered with a Status on the connection.
 */
export function passUpgrade(
  server: ApiServer,
  request: IncomingMessage,
  { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
): void {
  socket.on("error", () => socket.destroy());
  try {
    if (identify(request, server.tokens, server.cluster.time.nowMs()) === ANONYMOUS) {
      throw unauthorized();
    }
    const { endpoint, path } = destination(server, request);
    const lines = requestHead(request, path, server.kubelets.headers);
    relay(endpoint, { socket, first: Buffer.concat([Buffer.from(lines), head]) });
  } catch (error) {
    if (!(error instanceof StatusError)) server.cluster.onBug(error);
    refuse(socket, error instanceof StatusError ? error : internalError(String(error)));
  }
}

function destination(
  { cluster, kubelets }: ApiServer,
  request: IncomingMessage,
): { endpoint: KubeletEndpoint; path: string } {
  const url = new URL(request.url ?? "/", "http://server");
  const target = readTarget(url.pathname);
  const kind = target.kind === "objects" ? cluster.kinds.byResource(target) : undefined;
  if (target.kind !== "objects" || kind?.plural !== "pods" || kind.group !== "") {
    throw unknownPath();
  }
  const { namespace = "", name = "", subresource = "" } = target;
  if (!UPGRADED.includes(subresource)) throw unknownPath();
  const pod = tableOf(cluster, kind).get({ namespace, name });
  if (pod === undefined) throw notFound(kind, name);
  const place = `${namespace}/${name}`;
  if (subresource === "portforward") {
    return { endpoint: endpointOf(), path: `/portForward/${place}${url.search}` };
  }
  const container = chooseContainer(pod, url.searchParams.get("container") ?? "");
  const query = streamQuery(url.searchParams);
  return { endpoint: endpointOf(), path: `/${subresource}/${place}/${container}?${query}` };

  function endpointOf(): KubeletEndpoint {
    const nodeName = pod === undefined ? "" : nodeNameOf(pod);
    if (nodeName === "") throw badRequest(`pod ${name} does not have a host assigned`);
    return kubelets.of(nodeName);
  }
}

// The kubelet's names for the streams are older than the API's.
function streamQuery(query: URLSearchParams): string {
  const passed = new URLSearchParams();
  const isOn = (name: string): boolean => ["true", "1"].includes(query.get(name) ?? "");
  if (isOn("stdin")) passed.set("input", "1");
  if (isOn("stdout")) passed.set("output", "1");
  if (isOn("stderr") && !isOn("tty")) passed.set("error", "1");
  if (isOn("tty")) passed.set("tty", "1");
  for (const word of query.getAll("command")) passed.append("command", word);
  return passed.toString();
}

function requestHead(
  request: IncomingMessage,
  path: string,
  added: Readonly<Record<string, string>>,
): string {
  // The client's own token is none of the kubelet's business.
  const headers = { ...request.headers, authorization: undefined, ...added };
  const protocols = request.headers["sec-websocket-protocol"];
  if (protocols !== undefined) {
    const offered = protocols.split(",").map((name) => name.trim());
    const known = offered.filter((name) => WEBSOCKET_PROTOCOLS.includes(name));
    // Nobody behind us speaks a newer one; clients go back to SPDY when they are refused.
    if (known.length === 0) {
      throw badRequest(`unable to upgrade: none of the protocols ${protocols} is served here`);
    }
    headers["sec-websocket-protocol"] = known.join(", ");
  }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}`),
  );
  return `${request.method ?? "GET"} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
}

function relay(
  { scheme, host, port }: KubeletEndpoint,
  { socket, first }: { readonly socket: Duplex; readonly first: Buffer },
): void {
  const kubelet =
    scheme === "https"
      ? connectTls({ host, port, rejectUnauthorized: false })
      : connectTcp({ host, port });
  let connected = false;
  kubelet.once(scheme === "https" ? "secureConnect" : "connect", () => {
    connected = true;
    kubelet.write(first);
    kubelet.pipe(socket);
    socket.pipe(kubelet);
  });
  kubelet.on("error", (error: Error) => {
    if (connected) socket.destroy();
    else refuse(socket, internalError(`error dialing backend: ${error.message}`));
  });
  kubelet.on("close", () => socket.end());
  socket.on("close", () => kubelet.destroy());
}

function refuse(socket: Duplex, error: StatusError): void {
  const body = JSON.stringify(error.body);
  socket.end(
    `HTTP/1.1 ${error.code} ${error.reason}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
