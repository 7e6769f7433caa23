import { createServer } from "node:net";
import type { Socket } from "node:net";
import {
  CNI_CODES,
  decodeCall,
  encodeReply,
  NEWEST_CNI_VERSION,
  renderFailure,
} from "../cni/index.ts";
import type { CniCall, CniReply } from "../cni/index.ts";
import type { CniHandler } from "./cni-handlers.ts";
import { errorFacts } from "./log.ts";
import type { Log } from "./log.ts";
import { listenOnSocket } from "./unix-socket.ts";

/** Serves relays. */
export interface CniServer {
  /** Takes no new calls, and resolves when those under way are answered. */
  close(): Promise<void>;
}

/** What a server needs. */
export interface CniServerParts {
  readonly path: string;
  readonly handle: CniHandler;
  readonly log: Log;
  /** How long a relay may take to send its call, and to take the answer. */
  readonly peerTimeoutMs: number;
}

/** Listens on a Unix socket: one call a connection, any number at once. A peer that hangs is cut off. */
export async function startCniServer(parts: CniServerParts): Promise<CniServer> {
  const server = createServer((socket) => serve(parts, socket));
  await listenOnSocket(server, parts.path);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

function serve(parts: CniServerParts, socket: Socket): void {
  const { log, peerTimeoutMs } = parts;
  const gone = new AbortController();
  let received: Buffer = Buffer.alloc(0);
  socket.setTimeout(peerTimeoutMs, () => socket.destroy());
  socket.on("error", (error) => log.debug(errorFacts(error), "a relay's connection broke"));
  socket.on("close", () => gone.abort());
  socket.on("data", onData);

  function onData(chunk: Buffer): void {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const call = decodeCall(received);
    if (call === "incomplete") return;
    // Whatever else it sends is not read, and it may wait for its answer as long as the answer takes.
    socket.off("data", onData);
    socket.resume();
    if (call === "malformed") {
      socket.destroy();
      return;
    }
    socket.setTimeout(0);
    void answer(parts, call, gone.signal).then((reply) => {
      socket.setTimeout(peerTimeoutMs);
      socket.end(encodeReply(reply));
    });
  }
}

async function answer(
  { handle, log }: CniServerParts,
  call: CniCall,
  signal: AbortSignal,
): Promise<CniReply> {
  try {
    return await handle(call, signal);
  } catch (error) {
    // A bug must not take the node's other pods down with it; the runtime gets an answer and the log the stack.
    log.error(errorFacts(error), "a CNI call failed unexpectedly");
    const msg = "the berth agent has met an unexpected error; its log has the details";
    return {
      status: 1,
      stdout: renderFailure({ code: CNI_CODES.tryAgainLater, msg }, NEWEST_CNI_VERSION),
    };
  }
}
