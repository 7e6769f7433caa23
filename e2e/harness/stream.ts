import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { connectInNetns, listenInNetns } from "../../src/dataplane/index.ts";
import { parseIpv4 } from "../../src/net/index.ts";

/** A TCP end point in a network namespace, which is given as a path. */
export interface Place {
  readonly netns: string;
  readonly address: string;
  readonly port: number;
}

/** A server that first says which address it sees, and then sends back whatever it gets. */
export function startEcho({ netns, address, port }: Place): Server {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write(`${(socket.remoteAddress ?? "?").replace("::ffff:", "")}\n`);
    socket.pipe(socket);
  });
  server.listen({ fd: listenInNetns({ netns, address: ip(address), port }) });
  return server;
}

/** A TCP connection to such a server, which stays open. */
export class Stream {
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  /** The source address that the server saw. */
  readonly seen: string;

  private constructor(socket: Socket, how: { seen: string; timeoutMs: number }) {
    this.#socket = socket;
    this.#timeoutMs = how.timeoutMs;
    this.seen = how.seen;
  }

  /** Connects from a namespace; undefined when nobody answers within `timeoutMs`. */
  static async open(to: Place, timeoutMs: number): Promise<Stream | undefined> {
    const address = ip(to.address);
    const socket = connectInNetns({ netns: to.netns, address, port: to.port });
    socket.setEncoding("latin1").on("error", () => undefined);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      await once(socket, "connect", { signal });
      const seen = await read(socket, { until: (text) => text.endsWith("\n"), signal });
      return new Stream(socket, { seen: seen.trim(), timeoutMs });
    } catch {
      socket.destroy();
      return undefined;
    }
  }

  /** Whether what is sent comes back. */
  async echoes(bytes = 1000): Promise<boolean> {
    const text = "x".repeat(bytes);
    const signal = AbortSignal.timeout(this.#timeoutMs);
    this.#socket.write(text);
    try {
      return (await read(this.#socket, { until: (back) => back.length >= bytes, signal })) === text;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#socket.resetAndDestroy();
  }
}

async function read(
  socket: Socket,
  { until, signal }: { until: (text: string) => boolean; signal: AbortSignal },
): Promise<string> {
  let text = "";
  while (!until(text)) {
    const [part] = (await once(socket, "data", { signal })) as [string];
    text += part;
  }
  return text;
}

function ip(text: string): NonNullable<ReturnType<typeof parseIpv4>> {
  const address = parseIpv4(text);
  if (address === undefined) throw new Error(`the test has a malformed address: ${text}`);
  return address;
}
