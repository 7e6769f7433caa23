import { createServer } from "node:http";
import type { AgentCore, CoreParts } from "./agent-core.ts";
import type { Boot } from "./boot.ts";
import { startCniServer } from "./cni-server.ts";
import { answerGets, openEndpoint } from "./http-endpoint.ts";
import { introspectionPages } from "./introspection.ts";
import { CONTENT_TYPE } from "./metrics/exposition.ts";
import { processFamilies } from "./metrics/process-families.ts";
import type { NodePorts } from "./node.ts";
import { openStockServer } from "./stock/open-stock-server.ts";
import { listenOnSocket } from "./unix-socket.ts";

const PEER_TIMEOUT_MS = 10_000;

/** What an agent of a machine is made of beside its ports. */
export interface AgentParts extends Omit<CoreParts, "openCheckpoint"> {
  readonly boot: Boot;
}

/** What serves and can be closed. */
export interface Closable {
  close(): Promise<void>;
}

/** What is served. */
export interface Served {
  readonly parts: AgentParts;
  readonly core: AgentCore;
  /** Gets what listens, as soon as it does. */
  readonly servers: Closable[];
}

/** Serves pods, then those who look: metrics and introspection. Throws BerthError when a socket can't be had. */
export async function serve(ports: NodePorts, { parts, core, servers }: Served): Promise<void> {
  const { log, time, cluster } = ports;
  const { config, instance, telemetry } = parts;
  const { pool, cni, rules, handle } = core;
  const { metrics, introspection } = config.contract;
  const pages = introspectionPages({
    config,
    pool,
    cni,
    rules,
    instance,
    cluster,
    time,
    telemetry,
  });
  servers.push(
    await startCniServer({ path: config.cniSocket, handle, log, peerTimeoutMs: PEER_TIMEOUT_MS }),
  );
  const { introspectionSocket: path, contract } = config;
  // The VPC CNI's own plugin is served in IPv4 clusters only.
  if (contract.socket !== undefined && config.ipv6 === undefined) {
    const opening = { path: contract.socket, ports, core, config, instance };
    servers.push(await openStockServer(opening));
  }
  if (path !== undefined)
    servers.push(await serveSocket(path, { answer: pages, log, name: "introspection" }));
  if (introspection !== undefined)
    servers.push(
      openEndpoint({ name: "introspection", address: introspection, answer: pages, log, time }),
    );
  if (metrics !== undefined) {
    const answer = (): { contentType: string; body: string } => ({
      contentType: CONTENT_TYPE,
      body: telemetry.render(processFamilies()),
    });
    servers.push(openEndpoint({ name: "metrics", address: metrics, answer, log, time }));
  }
  telemetry.noteServing({ withApiServer: cluster !== undefined });
}

/** A socket that somebody asked for: without it the agent does not start. */
async function serveSocket(
  path: string,
  parts: Parameters<typeof answerGets>[0],
): Promise<Closable> {
  const server = createServer(answerGets(parts));
  await listenOnSocket(server, path);
  return {
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
