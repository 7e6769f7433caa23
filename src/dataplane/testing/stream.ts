import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { connectInNetns } from "../connect.ts";
import { type EndPoint, listenInNetns } from "../listen.ts";

/** A server that sends back whatever it gets. */
export function startEcho(place: EndPoint): Server {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
  server.listen({ fd: listenInNetns(place) });
  return server;
}

/** A TCP connection that stays open. */
export class Stream {
  readonly #socket: Socket;
  readonly #timeoutMs: number;

  private constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
  }

  /** Connects from a namespace; undefined when there is no connection within `timeoutMs`. */
  static async open(to: EndPoint, timeoutMs: number): Promise<Stream | undefined> {
    const socket = connectInNetns(to);
    socket.setEncoding("latin1").on("error", () => undefined);
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(timeoutMs) });
      return new Stream(socket, timeoutMs);
    } catch {
      socket.destroy();
      return undefined;
    }
  }

  /** Whether what is sent comes back. */
  async echoes(bytes = 3000): Promise<boolean> {
    const text = "x".repeat(bytes);
    let back = "";
    const signal = AbortSignal.timeout(this.#timeoutMs);
    this.#socket.write(text);
    try {
      while (back.length < text.length) {
        const [part] = (await once(this.#socket, "data", { signal })) as [string];
        back += part;
      }
    } catch {
      return false;
    }
    return back === text;
  }

  /** Ends the connection at once, so that the kernel does not remember it for long. */
  close(): void {
    this.#socket.resetAndDestroy();
  }
}
