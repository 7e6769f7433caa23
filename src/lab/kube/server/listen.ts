import { createServer, type ServerOptions } from "node:https";
import type { Server } from "node:https";
import type { ListenPlace } from "../../control/http.ts";
import { listenOptions } from "../../control/http.ts";
import type { RequestListener } from "node:http";
import type { Duplex } from "node:stream";
import type { IncomingMessage } from "node:http";
import type { KubeTls } from "../kube-tls.ts";
import { UPGRADED } from "../subresources/upgrade.ts";

// Longer than clients keep idle connections, so that none of them meets a closing one.
const IDLE_MS = 180_000;
const REQUEST_MS = 60_000;

/** What answers on a listening server. */
export interface Listeners {
  readonly onRequest: RequestListener;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** A place where the API answers. */
export interface KubeListening {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves HTTPS at a place. Resolves when it listens. */
export async function listenTls(
  tls: KubeTls,
  { onRequest, onUpgrade }: Listeners,
  place: ListenPlace,
): Promise<KubeListening> {
  const options: ServerOptions = {
    ...tls,
    requestCert: true,
    // Who comes without a certificate of ours may have a token.
    rejectUnauthorized: false,
    ALPNProtocols: ["http/1.1"],
    keepAliveTimeout: IDLE_MS,
    requestTimeout: REQUEST_MS,
    headersTimeout: REQUEST_MS,
    noDelay: true,
    shouldUpgradeCallback: isUpgrade,
  };
  const server = createServer(options, onRequest);
  server.on("upgrade", onUpgrade);
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

/** Whether a request for an upgrade is one that is served; others are answered as if they hadn't asked for it. */
export function isUpgrade(request: IncomingMessage): boolean {
  const path = (request.url ?? "").split("?")[0] ?? "";
  return UPGRADED.some((name) => path.endsWith(`/${name}`));
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
