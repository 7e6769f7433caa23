import { Agent, request } from "node:http";
import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { BerthError } from "../base/index.ts";

/** Reads single paths of the instance metadata service. */
export interface ImdsClient {
  /** The body at a path such as `/latest/meta-data/mac`; undefined when there is no such thing (404). */
  get(path: string): Promise<string | undefined>;
  /** Closes kept connections. */
  close(): void;
}

/** How the client behaves; times in milliseconds. */
export interface ImdsClientSettings {
  /** Where the service is, e.g. `http://169.254.169.254`. */
  readonly endpoint: string;
  readonly timeoutMs: number;
  readonly attempts: number;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const TOKEN_TTL_SECONDS = 300;
// Renewed a little early, so that a token does not end between our check and the service's.
const TOKEN_RENEW_MS = (TOKEN_TTL_SECONDS - 10) * 1000;

/**
 * A client of IMDSv2: a session token is fetched with PUT, sent with each GET, and fetched again when the service
 * answers 401. Time-outs, broken connections and 5xx answers are tried again; then BerthError `metadataUnreachable`.
 * It uses `node:http`, which the AWS SDK loads anyway; `fetch` would add about ten megabytes to every agent.
 */
export function newImdsClient(settings: ImdsClientSettings): ImdsClient {
  const base = settings.endpoint.replace(/\/+$/, "");
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  let token: { text: string; untilMs: number } | undefined;

  function send(
    method: "GET" | "PUT",
    path: string,
    headers: Record<string, string>,
  ): Promise<Answer> {
    return sendOnce({
      url: `${base}${path}`,
      method,
      headers,
      agent,
      timeoutMs: settings.timeoutMs,
    });
  }

  async function freshToken(): Promise<string> {
    if (token !== undefined && performance.now() < token.untilMs) return token.text;
    const answer = await send("PUT", "/latest/api/token", {
      "x-aws-ec2-metadata-token-ttl-seconds": String(TOKEN_TTL_SECONDS),
    });
    if (answer.status !== 200) throw new Error(`token refused with HTTP ${answer.status}`);
    token = { text: answer.body, untilMs: performance.now() + TOKEN_RENEW_MS };
    return token.text;
  }

  async function getOnce(path: string): Promise<string | undefined> {
    for (const last of [false, true]) {
      const answer = await send("GET", path, { "x-aws-ec2-metadata-token": await freshToken() });
      if (answer.status === 200) return answer.body;
      if (answer.status === 404) return undefined;
      if (answer.status !== 401 || last) throw new Error(`HTTP ${answer.status}`);
      token = undefined;
    }
    return undefined;
  }

  async function get(path: string): Promise<string | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await getOnce(path);
      } catch (cause) {
        if (attempt >= settings.attempts) throw unreachable(base, path, cause);
        await sleep(100 * 2 ** (attempt - 1));
      }
    }
  }

  return { get, close: () => agent.destroy() };
}

function unreachable(base: string, path: string, cause: unknown): BerthError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new BerthError(
    "metadataUnreachable",
    `Cannot read ${path} from instance metadata at ${base}: ${why}.`,
    {
      fix: "Check that the instance's metadata service is enabled, and AWS_EC2_METADATA_SERVICE_ENDPOINT if it is set.",
      facts: { endpoint: base, path },
      cause,
    },
  );
}

interface Sending {
  readonly url: string;
  readonly method: "GET" | "PUT";
  readonly headers: Record<string, string>;
  readonly agent: Agent;
  readonly timeoutMs: number;
}

function sendOnce({ url, method, headers, agent, timeoutMs }: Sending): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = (error: Error): void =>
      reject(signal.aborted ? new Error(`no answer within ${timeoutMs} ms`) : error);
    const outgoing = request(url, { method, headers, agent, signal }, (incoming) => {
      readBody(incoming).then((body) => resolve({ status: incoming.statusCode ?? 0, body }), fail);
    });
    outgoing.on("error", fail);
    outgoing.end();
  });
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
