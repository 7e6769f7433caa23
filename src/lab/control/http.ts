import { createServer, type RequestListener, type Server } from "node:http";
import { listenInNetns } from "../../dataplane/index.ts";
import type { Ipv4 } from "../../net/index.ts";

/** A listening server. */
export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Where to listen. */
export type ListenPlace =
  | {
      readonly kind: "netns";
      readonly netns: string;
      readonly address: Ipv4;
      readonly port: number;
    }
  /** On 127.0.0.1, at a port that the kernel picks for 0. */
  | { readonly kind: "loopback"; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** Serves HTTP there. Resolves when it listens. */
export async function serveHttp(listener: RequestListener, place: ListenPlace): Promise<Listening> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(listenOptions(place), resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    close: () => closeServer(server),
  };
}

/** The options of `server.listen()` for a place; in a namespace the socket is opened by this call. */
export function listenOptions(place: ListenPlace): object {
  switch (place.kind) {
    case "netns":
      return { fd: listenInNetns(place) };
    case "loopback":
      return { host: "127.0.0.1", port: place.port };
    case "unix":
      return { path: place.path };
  }
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
