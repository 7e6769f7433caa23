import type { RequestListener } from "node:http";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { InstanceId } from "../../facts/index.ts";
import { errorPage } from "./error-page.ts";
import { answerMetadata, type MetadataReply, type MetadataSource } from "./request.ts";

/** What the metadata server needs besides its data. */
export interface MetadataServerOptions extends MetadataSource {
  /** The instance behind a source address; undefined when it belongs to none. */
  readonly instanceOf: (remoteAddress: string) => InstanceId | undefined;
  /** Called when a request arrives, before anything is looked up: brings the world to the present, and tells the time. */
  readonly arriveMs: () => number;
  /** Called with failures that are ours: the request is answered 500. */
  readonly onBug: (error: unknown) => void;
}

/** A metadata server, not listening yet. */
export interface MetadataServer {
  readonly app: FastifyInstance;
  /** Serves any number of sockets: `createServer(requestListener).listen(…)`. Needs `app.ready()` once. */
  readonly requestListener: RequestListener;
}

/** Serves instance metadata to whichever instance asks. A sender that is no instance finds nothing (404). */
export function createMetadataServer(options: MetadataServerOptions): MetadataServer {
  const app = fastify({ forceCloseConnections: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, _body, done) => {
    done(null);
  });
  app.setErrorHandler((error, _request, reply) => {
    options.onBug(error);
    return reply.code(500).type("text/html").send(errorPage(500));
  });
  app.all("/*", (request, reply) => {
    const { status, headers, body } = answer(options, request);
    void reply.code(status).headers(headers);
    if (body === undefined) return reply.type("text/html").send(errorPage(status));
    return reply.type("text/plain").send(body);
  });
  return {
    app,
    requestListener: (request, response) => {
      app.routing(request, response);
    },
  };
}

function answer(
  options: MetadataServerOptions,
  { raw, method, headers }: FastifyRequest,
): MetadataReply {
  const nowMs = options.arriveMs();
  const instance = options.instanceOf(plainAddress(raw.socket.remoteAddress ?? ""));
  if (instance === undefined) return { status: 404, headers: {}, body: undefined };
  return answerMetadata(options, { instance, method, url: raw.url ?? "/", headers, nowMs });
}

// A socket that listens on IPv6 too names IPv4 peers in the mapped form (RFC 4291, section 2.5.5.2).
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
