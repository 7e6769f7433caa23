import type { IncomingHttpHeaders, RequestListener } from "node:http";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { BerthError, type Random } from "../../base/index.ts";
import type { ActionTable } from "./action.ts";
import type { CallLog } from "./call-log.ts";
import { readCaller } from "./caller.ts";
import { ClientTokens } from "./client-tokens.ts";
import type { Clock } from "./clock.ts";
import { actionOf, dispatch, type Dispatch } from "./dispatch.ts";
import { Ec2Fault } from "./fault.ts";
import { type Delay, type LatencySettings, pickDelayMs } from "./latency.ts";
import { Params } from "./params.ts";
import { Throttle, type ThrottleSettings } from "./throttle.ts";
import { faultXml, replyXml, stsReplyXml } from "./xml.ts";

/** What a query API is made of. */
export interface QueryApiOptions<W> {
  readonly actions: ActionTable<W>;
  /** The world, brought to that time. */
  readonly worldAt: (nowMs: number) => W;
  readonly clock: Clock;
  /** Request ids and latencies come from here. */
  readonly random: Random;
  readonly latency: LatencySettings;
  /** `off`: requests are never refused for their rate. */
  readonly throttle: ThrottleSettings | "off";
  readonly log: CallLog;
  /** Called with what is not the caller's fault: the request is answered `InternalError`. */
  readonly onBug: (error: unknown) => void;
}

/** A request without a connection, from inside this process. */
export interface QueryRequest {
  readonly headers: IncomingHttpHeaders;
  /** The parameters, form-encoded. */
  readonly form: string;
}

/** What answers a {@link QueryRequest}. */
export interface QueryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A query API, not listening yet. */
export interface QueryApi {
  /** Answers as over a connection: the same checks, latency, throttle and call log. */
  readonly ask: (request: QueryRequest) => Promise<QueryAnswer>;
  readonly app: FastifyInstance;
  /** Serves any number of sockets: `createServer(requestListener).listen(…)`. Needs `app.ready()` once. */
  readonly requestListener: RequestListener;
}

/** An API of the `ec2` query protocol over a table of actions. Any path, POST or GET. */
export function createQueryApi<W>(options: QueryApiOptions<W>): QueryApi {
  const throttle = options.throttle === "off" ? undefined : new Throttle(options.throttle);
  const port: Dispatch<W> = {
    ...options,
    throttle,
    tokens: new ClientTokens(),
  };
  const app = fastify({
    forceCloseConnections: true,
    // A path that can't be decoded never reaches a route.
    frameworkErrors: (error, _request, reply) => {
      const fault = new Ec2Fault("MalformedQueryString", error.message);
      send({ reply, answer: refusal(fault, newRequestId(options.random)) });
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => {
    done(null, body);
  });
  app.setErrorHandler((error, request, reply) => {
    send({
      reply,
      answer: refusal(asFault(error, options.onBug), newRequestId(options.random)),
    });
    request.log.debug(error);
  });
  app.setNotFoundHandler((request, reply) => {
    const fault = new Ec2Fault(
      "InvalidAction",
      `The HTTP method ${request.method} is not valid for this web service.`,
    );
    send({ reply, answer: refusal(fault, newRequestId(options.random)) });
  });
  app.route({
    method: ["GET", "POST"],
    url: "/*",
    handler: async (request, reply) => {
      const asked = { headers: request.headers, form: readForm(request) };
      return send({ reply, answer: await serve({ options, port }, asked) });
    },
  });
  return {
    app,
    ask: async (request) => {
      const answer = await serve({ options, port }, request);
      return { status: answer.status, headers: headersOf(answer), body: answer.body };
    },
    requestListener: (request, response) => {
      app.routing(request, response);
    },
  };
}

interface Serving<W> {
  readonly options: QueryApiOptions<W>;
  readonly port: Dispatch<W>;
}

async function serve<W>(
  { options, port }: Serving<W>,
  { headers, form }: QueryRequest,
): Promise<Answer> {
  const { clock, log, random } = options;
  const atMs = clock.nowMs();
  const params = Params.fromForm(form);
  const { accessKey: caller, client, attempt } = readCaller(headers);
  const answer = await answerTo({
    options,
    port,
    params,
    requestId: newRequestId(random),
  });
  log.add({
    atMs,
    action: params.text("Action") ?? "",
    caller,
    client,
    attempt,
    tookMs: clock.nowMs() - atMs,
    errorCode: answer.errorCode,
  });
  return answer;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly requestId: string;
  readonly errorCode: string | undefined;
}

interface Asking<W> extends Serving<W> {
  readonly params: Params;
  readonly requestId: string;
}

async function answerTo<W>(asking: Asking<W>): Promise<Answer> {
  const { clock, random } = asking.options;
  const tookMs = pickDelayMs(delayOf(asking), random);
  // Half the time passes on the way to EC2, half on the way back: a caller that gives up may have been served.
  await pause(clock, tookMs / 2);
  const answer = answerNow(asking);
  await pause(clock, tookMs / 2);
  return answer;
}

function answerNow<W>({ options, port, params, requestId }: Asking<W>): Answer {
  try {
    const action = actionOf(options.actions, params);
    const reply = dispatch(port, { action, params, nowMs: options.clock.nowMs() });
    const render = action.service === "sts" ? stsReplyXml : replyXml;
    const body = render(action.name, { requestId, reply });
    return { status: 200, body, requestId, errorCode: undefined };
  } catch (error) {
    return refusal(asFault(error, options.onBug), requestId);
  }
}

function delayOf<W>({ options: { actions, latency }, params }: Asking<W>): Delay {
  const action = actions.get(params.text("Action") ?? "");
  return action === undefined
    ? latency.read
    : (latency.actions[action.name] ?? latency[action.kind]);
}

async function pause(clock: Clock, ms: number): Promise<void> {
  if (ms > 0) await clock.sleep(ms);
}

function readForm({ body, raw }: FastifyRequest): string {
  const query = (raw.url ?? "").split("?").slice(1).join("?");
  return typeof body === "string" && body !== "" ? body : query;
}

function asFault(error: unknown, onBug: (error: unknown) => void): Ec2Fault {
  if (error instanceof Ec2Fault) return error;
  if (isRequestError(error)) return new Ec2Fault("MalformedQueryString", error.message);
  onBug(error);
  const text = error instanceof BerthError ? error.message : "An internal error has occurred";
  return new Ec2Fault("InternalError", text);
}

/** Errors of the HTTP layer about the request itself, such as a body that is too large. */
function isRequestError(error: unknown): error is Error {
  if (!(error instanceof Error) || !("statusCode" in error)) return false;
  return typeof error.statusCode === "number" && error.statusCode < 500;
}

function refusal(fault: Ec2Fault, requestId: string): Answer {
  const body = faultXml(fault, requestId);
  return { status: fault.status, body, requestId, errorCode: fault.code };
}

function send({ reply, answer }: { reply: FastifyReply; answer: Answer }): FastifyReply {
  return reply.code(answer.status).headers(headersOf(answer)).send(answer.body);
}

function headersOf({ requestId }: Answer): Record<string, string> {
  return { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId };
}

function newRequestId(random: Random): string {
  const hex = Array.from({ length: 4 }, () => random.uint32().toString(16).padStart(8, "0")).join(
    "",
  );
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join("-");
}
