import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { once } from "node:events";
import type { Time } from "../time/index.ts";
import type { ListenAddress } from "./contract-config.ts";
import { errorFacts } from "./log.ts";
import type { Log } from "./log.ts";
import { listenOnSocket } from "./unix-socket.ts";

/** What a path answers. */
export interface Page {
  readonly status?: number;
  readonly contentType?: string;
  readonly body: string;
}

/** What is served where. */
export interface EndpointParts {
  /** For the log: `metrics`. */
  readonly name: string;
  readonly address: ListenAddress;
  /** The answer to a GET of this path, without its query. */
  readonly answer: (path: string) => Page;
  readonly log: Log;
  readonly time: Time;
}

const PEER_TIMEOUT_MS = 5_000;
const RETRY_MS = { first: 1_000, most: 60_000 };

/**
 * Serves GETs over HTTP. An address that is taken is tried again, ever later, as the VPC CNI does: whoever looks at a node
 * must not keep it from serving pods.
 */
export function openEndpoint(parts: EndpointParts): { close(): Promise<void> } {
  const server = createServer(answerGets(parts));
  server.requestTimeout = PEER_TIMEOUT_MS;
  server.headersTimeout = PEER_TIMEOUT_MS;
  const closing = new AbortController();
  const listening = keepTrying(server, parts, closing.signal);
  return {
    async close() {
      closing.abort();
      await listening;
      if (!server.listening) return;
      server.closeAllConnections();
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}

async function keepTrying(
  server: Server,
  { name, address, log, time }: EndpointParts,
  signal: AbortSignal,
): Promise<void> {
  for (let waitMs = RETRY_MS.first; !signal.aborted; waitMs = Math.min(2 * waitMs, RETRY_MS.most)) {
    try {
      await listen(server, address);
      // What breaks later is one connection, and the peer's business.
      server.on("error", (error) => log.debug(errorFacts(error), `${name}: a connection broke`));
      return;
    } catch (error) {
      log.warn(
        { ...address, ...errorFacts(error), againInMs: waitMs },
        `${name} can't be served for now`,
      );
      await time.sleep(waitMs, { signal });
    }
  }
}

async function listen(server: Server, address: ListenAddress): Promise<void> {
  if ("path" in address) return listenOnSocket(server, address.path);
  const listening = once(server, "listening");
  server.listen(address);
  await listening;
}

/** Answers requests with pages. */
export function answerGets(
  parts: Pages,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => reply(parts, request, response);
}

type Pages = Pick<EndpointParts, "name" | "answer" | "log">;

function reply(parts: Pages, request: IncomingMessage, response: ServerResponse): void {
  // Not by URL, which throws for what some callers send, such as `//`.
  const [path = "/"] = (request.url ?? "/").split("?", 1);
  const reads = request.method === "GET" || request.method === "HEAD";
  const page: Page = reads
    ? safely(parts, path)
    : { status: 405, body: '{"error":"only GET is answered"}\n' };
  response.writeHead(page.status ?? 200, {
    "content-type": page.contentType ?? "application/json",
    connection: "close",
  });
  response.end(page.body);
}

/** A bug in a page must not end the agent. */
function safely({ answer, log, name }: Pages, path: string): Page {
  try {
    return answer(path);
  } catch (error) {
    log.error(errorFacts(error), `${name}: a page could not be made`);
    return { status: 500, body: '{"error":"the agent\'s log says why"}\n' };
  }
}
