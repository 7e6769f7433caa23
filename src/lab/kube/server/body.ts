import type { IncomingMessage } from "node:http";
import { StatusError } from "./status-error.ts";

/** The largest body that is read, as the real server's: 3 MiB. */
export const BODY_LIMIT_BYTES: number = 3 * 2 ** 20;

// How much of a body that is too large is still read, so that its sender gets to read why it is refused: a connection that
// closes while somebody writes into it loses the answer.
const DISCARDED_BYTES = 64 * 2 ** 20;

/** A client that went away before its body was complete. There is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";
}

/** Reads a request's body. Throws StatusError 413, or ClientGone. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > DISCARDED_BYTES) throw tooLarge();
  if (announced === 0 && request.headers["transfer-encoding"] === undefined) return Buffer.alloc(0);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > DISCARDED_BYTES) {
      request.pause();
      reject(tooLarge());
    } else if (bytes > BODY_LIMIT_BYTES) {
      chunks.length = 0;
    } else {
      chunks.push(chunk);
    }
  });
  request.on("end", () => {
    if (bytes > BODY_LIMIT_BYTES) reject(tooLarge());
    else resolve(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks));
  });
  request.on("close", () => {
    if (!request.complete) reject(new ClientGone());
  });
  return promise;
}

function tooLarge(): StatusError {
  return new StatusError(
    { code: 413, reason: "RequestEntityTooLarge" },
    `Request entity too large: limit is ${BODY_LIMIT_BYTES}`,
    {},
  );
}
