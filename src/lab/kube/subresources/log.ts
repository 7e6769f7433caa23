import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { pipeline } from "node:stream/promises";
import { text } from "node:stream/consumers";
import { type Answer, textAnswer } from "../server/answer.ts";
import type { ApiServer } from "../server/api-server.ts";
import type { Call } from "../server/call.ts";
import { tableOf } from "../server/cluster.ts";
import { badRequest, internalError, notFound, StatusError } from "../server/status-error.ts";
import type { Place } from "../verbs/read.ts";
import { chooseContainer, nodeNameOf } from "./container-choice.ts";

const PASSED_ON = [
  "follow",
  "previous",
  "timestamps",
  "tailLines",
  "limitBytes",
  "sinceSeconds",
  "sinceTime",
];
const COUNTS = ["tailLines", "limitBytes", "sinceSeconds"];

/** GET of a container's log, streamed from the kubelet of its node. Throws StatusError. */
export async function serveLog(
  { cluster, kubelets }: ApiServer,
  call: Call,
  { kind, namespace = "", name }: Place & { readonly name: string },
): Promise<Answer | undefined> {
  const pod = tableOf(cluster, kind).get({ namespace, name });
  if (pod === undefined) throw notFound(kind, name);
  const container = chooseContainer(pod, call.query.get("container") ?? "");
  const query = logQuery(call.query);
  const nodeName = nodeNameOf(pod);
  // As the real server: a pod without a node has an empty log.
  if (nodeName === "") return textAnswer("");
  const { scheme, host, port } = kubelets.of(nodeName);
  const path = `/containerLogs/${namespace}/${name}/${container}`;
  const url = `${scheme}://${host}:${port}${path}${query}`;
  const answer = await ask(url, { headers: kubelets.headers, call });
  if (answer.statusCode !== 200) throw await kubeletError(answer);
  call.response.writeHead(200, { "content-type": answer.headers["content-type"] ?? "text/plain" });
  call.response.flushHeaders();
  // Either side may end the stream at any time; there is nobody left to be told.
  await pipeline(answer, call.response).catch(() => undefined);
  return undefined;
}

function logQuery(query: URLSearchParams): string {
  const passed = new URLSearchParams();
  for (const name of PASSED_ON) {
    const value = query.get(name) ?? "";
    if (value === "") continue;
    if (COUNTS.includes(name) && !/^-?\d{1,15}$/.test(value)) {
      throw badRequest(`${name} must be a whole number, not ${JSON.stringify(value)}`);
    }
    passed.set(name, value);
  }
  if (passed.has("sinceSeconds") && passed.has("sinceTime")) {
    throw new StatusError(
      { code: 422, reason: "Invalid" },
      'PodLogOptions "" is invalid: sinceSeconds: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
      { kind: "PodLogOptions" },
    );
  }
  const encoded = passed.toString();
  return encoded === "" ? "" : `?${encoded}`;
}

async function ask(
  url: string,
  { headers, call }: { readonly headers: Readonly<Record<string, string>>; readonly call: Call },
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const options = { headers, agent: false, rejectUnauthorized: false } as const;
  const request = url.startsWith("https:")
    ? httpsRequest(url, options, resolve)
    : httpRequest(url, options, resolve);
  request.on("error", (error) => {
    reject(internalError(`Get ${JSON.stringify(url)}: ${error.message}`));
  });
  call.response.on("close", () => request.destroy());
  request.end();
  return promise;
}

async function kubeletError(answer: IncomingMessage): Promise<StatusError> {
  const body = (await text(answer)).trim();
  const code = answer.statusCode ?? 500;
  if (code === 400) return badRequest(body);
  if (code === 404) return new StatusError({ code, reason: "NotFound" }, body, {});
  return internalError(body);
}
