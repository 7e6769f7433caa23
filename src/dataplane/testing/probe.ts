import { closeSync } from "node:fs";
import { createServer, type Server, Socket } from "node:net";
import { once } from "node:events";
import type { Ipv4 } from "../../net/index.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { listenInNetns, socketAddress } from "../listen.ts";
import { withNetns } from "../netns.ts";
import { lastErrno, systemCalls } from "../system-calls.ts";

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_SNDTIMEO = 21;
const EINTR = 4;

/** A server that answers every connection with the source address that it sees, and counts nothing else. */
export function startMirror(netns: string, address: Ipv4, port: number): Server {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    // Answered only after the client has spoken, so that packets after the handshake are proven too.
    socket.once("data", () => socket.end(socket.remoteAddress ?? "?"));
  });
  server.listen({ fd: listenInNetns({ netns, address, port }) });
  return server;
}

/**
 * Connects from a namespace to a mirror, and returns the source address that the mirror saw; undefined when there is no
 * connection, or no answer on it, within `timeoutMs` each.
 */
export async function seenAddress(from: {
  readonly netns: string;
  readonly address: Ipv4;
  readonly port: number;
  readonly timeoutMs: number;
}): Promise<string | undefined> {
  const fd = connectBlocking(from);
  if (fd === undefined) return undefined;
  const socket = new Socket({ fd, readable: true, writable: true });
  let text = "";
  socket.on("error", () => undefined);
  socket.setEncoding("utf8").on("data", (part: string) => (text += part));
  socket.setTimeout(from.timeoutMs, () => socket.destroy());
  socket.write("who am I?");
  await once(socket, "close");
  return text === "" ? undefined : text.replace("::ffff:", "");
}

function connectBlocking({
  netns,
  address,
  port,
  timeoutMs,
}: Parameters<typeof seenAddress>[0]): number | undefined {
  return withNetns(netns, () => {
    const calls = systemCalls();
    const fd = calls.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const writer = new ByteWriter().u32(Math.floor(timeoutMs / 1000)).u32(0);
    const limit = writer
      .u32((timeoutMs % 1000) * 1000)
      .u32(0)
      .finish();
    calls.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, limit, limit.length);
    const name = socketAddress(address, port);
    let result = calls.connect(fd, name, name.length);
    // A signal ends the wait, not the connection; calling again goes on waiting.
    while (result !== 0 && lastErrno() === EINTR) result = calls.connect(fd, name, name.length);
    if (result === 0) return fd;
    closeSync(fd);
    return undefined;
  });
}
