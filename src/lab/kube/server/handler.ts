import type { IncomingMessage, ServerResponse } from "node:http";
import { ANONYMOUS } from "../auth/user.ts";
import { identify } from "../auth/identify.ts";
import { VERSION } from "../discovery/version.ts";
import { type Answer, JSON_TYPE, jsonAnswer, textAnswer } from "./answer.ts";
import type { ApiServer } from "./api-server.ts";
import { ClientGone } from "./body.ts";
import type { Call } from "./call.ts";
import { dispatch, type Served } from "./dispatch.ts";
import { readTarget } from "./request-target.ts";
import {
  internalError,
  methodNotAllowed,
  StatusError,
  unknownPath,
  unauthorized,
} from "./status-error.ts";

/** Answers a request, whatever it is. Never throws. */
export async function handle(
  server: ApiServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A client may vanish at any time; then there is nobody to answer.
  response.on("error", () => undefined);
  const warnings: string[] = [];
  try {
    const call = readCall(server, { request, response, warnings });
    if (call.user === ANONYMOUS && !isPublic(call.path)) throw unauthorized();
    const answer = await route(server, call);
    if (answer !== undefined) send(call, answer);
  } catch (error) {
    if (error instanceof ClientGone || response.headersSent) {
      response.destroy();
      if (!(error instanceof ClientGone)) server.cluster.onBug(error);
      return;
    }
    sendError(server, { request, response, warnings }, error);
  }
}

function readCall(
  { tokens, cluster }: ApiServer,
  parts: Pick<Call, "request" | "response" | "warnings">,
): Call {
  const { request } = parts;
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  return {
    ...parts,
    method: request.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)),
    user: identify(request, tokens, cluster.time.nowMs()),
  };
}

function route(server: ApiServer, call: Call): Served {
  const target = readTarget(call.path);
  if (target.kind === "objects") return dispatch(server, call, target);
  if (call.method !== "GET" && call.method !== "HEAD") throw methodNotAllowed();
  const { accept, host = "" } = call.request.headers;
  switch (target.kind) {
    case "groups":
      return server.discovery.groups(target.legacy, { accept, host });
    case "group":
      return server.discovery.group(target.group);
    case "groupVersion":
      return server.discovery.groupVersion(target.group, target.version);
    case "other":
      return other(server, target.path, accept);
  }
}

const HEALTH = ["/healthz", "/livez", "/readyz"];

/** What Kubernetes shows to everybody (its role `system:public-info-viewer`). */
function isPublic(path: string): boolean {
  return path === "/version" || isHealth(path);
}

function isHealth(path: string): boolean {
  return HEALTH.some((known) => path === known || path.startsWith(`${known}/`));
}

function other(server: ApiServer, path: string, accept: string | undefined): Answer {
  if (isHealth(path)) return textAnswer("ok");
  if (path === "/version") return jsonAnswer(200, JSON.stringify(VERSION));
  if (path === "/openapi/v2") return server.openApi.v2(accept);
  if (path === "/openapi/v3") return server.openApi.v3("");
  if (path.startsWith("/openapi/v3/")) return server.openApi.v3(path.slice("/openapi/v3/".length));
  if (path === "/") return jsonAnswer(200, JSON.stringify({ paths: rootPaths(server) }));
  throw unknownPath();
}

function rootPaths({ cluster }: ApiServer): readonly string[] {
  const groups = cluster.kinds.all().flatMap(({ group, version }) => {
    return group === "" ? [] : [`/apis/${group}`, `/apis/${group}/${version}`];
  });
  const fixed = ["/api", "/api/v1", "/apis", ...HEALTH, "/openapi/v2", "/openapi/v3", "/version"];
  return [...new Set([...fixed, ...groups])].sort();
}

function send(
  { request, response, warnings }: Omit<Call, "query" | "path" | "method" | "user">,
  answer: Answer,
): void {
  const { status, type, body } = answer;
  response.writeHead(status, {
    "content-type": type,
    "cache-control": "no-cache, private",
    "content-length": Buffer.byteLength(body),
    ...(warnings.length === 0
      ? {}
      : { warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(", ") }),
    // What is left of a body that nobody read must not be taken for the next request.
    ...(request.complete ? {} : { connection: "close" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function sendError(
  server: ApiServer,
  call: Pick<Call, "request" | "response" | "warnings">,
  error: unknown,
): void {
  const known = error instanceof StatusError;
  if (!known) server.cluster.onBug(error);
  const status = known ? error : internalError(String(error));
  const wait = status.details?.retryAfterSeconds;
  if (wait !== undefined) call.response.setHeader("retry-after", wait);
  send(call, { status: status.code, type: JSON_TYPE, body: JSON.stringify(status.body) });
}
