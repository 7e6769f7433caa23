import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { connectInNetns } from "../../../dataplane/index.ts";
import { parseIpv4 } from "../../../net/index.ts";
import type { ContainerRuntime, StreamFlags, StreamRequest } from "../runtime.ts";
import { lookUpPod, type PodDirectory, runningContainer, ServerError } from "./pod-lookup.ts";

/** A session that a client wants to have. */
export interface SessionPath {
  readonly kind: "exec" | "attach" | "portForward";
  readonly namespace: string;
  readonly pod: string;
  /** Empty for a port-forward. */
  readonly container: string;
}

const PATH =
  /^\/(?:(exec|attach)\/([^/]+)\/([^/]+)(?:\/[^/]+)?\/([^/]+)|portForward\/([^/]+)\/([^/]+)(?:\/[^/]+)?)$/;

/** Reads `/exec/NAMESPACE/POD[/UID]/CONTAINER`, `/attach/…` or `/portForward/NAMESPACE/POD[/UID]`. */
export function readSessionPath(path: string): SessionPath | undefined {
  const match = PATH.exec(path);
  if (match === null) return undefined;
  const parts = match.slice(1).map((part: string | undefined) => decodeURIComponent(part ?? ""));
  const [kind, namespace = "", pod = "", container = "", forNamespace = "", forPod = ""] = parts;
  if (kind === "exec" || kind === "attach") return { kind, namespace, pod, container };
  return { kind: "portForward", namespace: forNamespace, pod: forPod, container: "" };
}

/** What sessions need of their kubelet. */
export interface SessionParts {
  readonly directory: PodDirectory;
  readonly runtime: ContainerRuntime;
  readonly netns: string | undefined;
}

/** Asks the runtime for the place where a session can be had. */
export async function sessionUrl(
  parts: SessionParts,
  path: SessionPath,
  query: URLSearchParams,
): Promise<URL> {
  const { sandboxes } = await lookUpPod(parts, { namespace: path.namespace, name: path.pod });
  let request: StreamRequest;
  if (path.kind === "portForward") {
    const sandbox = sandboxes.find(({ ready }) => ready);
    if (sandbox === undefined) throw new ServerError(404, `pod "${path.pod}" has no sandbox`);
    const ports = query.getAll("port").flatMap((text) => text.split(",").map(Number));
    request = { kind: "portForward", sandboxId: sandbox.id, ports };
  } else {
    const { id: containerId } = runningContainer(sandboxes, path.container);
    const streams = readFlags(query);
    const command = query.getAll("command");
    if (path.kind === "exec" && command.length === 0) {
      throw new ServerError(400, "you must specify at least 1 command for the container");
    }
    request =
      path.kind === "exec"
        ? { kind: "exec", containerId, command, streams }
        : { kind: "attach", containerId, streams };
  }
  try {
    return new URL(await parts.runtime.streamUrl(request));
  } catch (error) {
    throw new ServerError(500, error instanceof Error ? error.message : String(error));
  }
}

/** The API server's names for streams, and the kubelet's older ones. */
function readFlags(query: URLSearchParams): StreamFlags {
  const on = (...names: string[]): boolean =>
    names.some((name) => ["1", "true"].includes(query.get(name) ?? ""));
  const tty = on("tty");
  const flags = {
    stdin: on("input", "stdin"),
    stdout: on("output", "stdout"),
    stderr: on("error", "stderr") && !tty,
    tty,
  };
  if (flags.stdin || flags.stdout || flags.stderr) return flags;
  throw new ServerError(400, "you must specify at least 1 of stdin, stdout, stderr");
}

/** Sub-protocols of WebSocket that containerd 1.6 speaks. */
const SPOKEN = [
  "channel.k8s.io",
  "base64.channel.k8s.io",
  "v4.channel.k8s.io",
  "v4.base64.channel.k8s.io",
];

/**
 * The headers of an upgrade for the runtime; throws 400 for a WebSocket that offers only what it does not speak, upon which
 * kubectl takes SPDY instead.
 */
function upgradeHeaders({ rawHeaders, headers }: IncomingMessage, host: string): string[] {
  const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((word) => word.trim());
  const webSocket = headers.upgrade?.toLowerCase() === "websocket";
  const spoken = offered.filter((protocol) => SPOKEN.includes(protocol));
  if (webSocket && spoken.length === 0) {
    throw new ServerError(
      400,
      `unable to upgrade connection: none of the protocols ${offered.join(", ")} is supported`,
    );
  }
  const lines = [`Host: ${host}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = "", value = ""] = [rawHeaders[index], rawHeaders[index + 1]];
    switch (name.toLowerCase()) {
      case "host":
      case "authorization":
        break;
      case "sec-websocket-protocol":
        lines.push(`${name}: ${spoken.join(", ")}`);
        break;
      default:
        lines.push(`${name}: ${value}`);
    }
  }
  return lines;
}

/** A client's connection that wants to be something else than HTTP. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client has sent after its request. */
  readonly head: Buffer;
}

/** Carries an upgrade to the runtime's streaming server, byte by byte both ways, until one side ends. */
export function carry(
  { request, socket, head }: Upgrade,
  { url, netns }: { url: URL; netns: string | undefined },
): void {
  const lines = upgradeHeaders(request, url.host);
  const address = parseIpv4(url.hostname);
  if (address === undefined) throw new ServerError(500, `the runtime streams at ${url.host}`);
  const upstream = connectInNetns({ netns, address, port: Number(url.port) });
  const target = `${url.pathname}${url.search}`;
  upstream.write(`${request.method ?? "POST"} ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
  if (head.length > 0) upstream.write(head);
  const end = (): void => {
    upstream.destroy();
    socket.destroy();
  };
  upstream.setNoDelay(true);
  upstream.once("error", end).once("close", () => socket.end());
  socket.once("error", end).once("close", () => upstream.destroy());
  upstream.pipe(socket);
  socket.pipe(upstream);
}
