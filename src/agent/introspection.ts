import { createServer } from "node:http";
import type { Server } from "node:http";
import { formatCidr, formatIpv4 } from "../net/index.ts";
import type { Pool } from "../pool/index.ts";
import type { Time } from "../time/index.ts";
import type { InstanceFacts } from "./metadata.ts";
import { parseOwnerKey } from "./owner.ts";
import { listenOnSocket } from "./unix-socket.ts";

/** What can be asked about. */
export interface IntrospectionParts {
  readonly path: string;
  readonly pool: Pool;
  readonly instance: InstanceFacts;
  readonly time: Time;
}

/** Answers `GET /v1/pool` with the pool as JSON, over HTTP on a Unix socket. */
export async function startIntrospection(parts: IntrospectionParts): Promise<Server> {
  const server = createServer((request, response) => {
    const found = request.method === "GET" && request.url === "/v1/pool";
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(found ? poolReport(parts) : { error: "ask for GET /v1/pool" }));
  });
  await listenOnSocket(server, parts.path);
  return server;
}

/** The pool in texts and numbers; addresses and blocks in decimal, times in ms since 1970. */
export function poolReport({ pool, instance, time }: Omit<IntrospectionParts, "path">): object {
  const nowMs = time.nowMs();
  return {
    instanceId: instance.instanceId,
    instanceType: instance.instanceType,
    policy: pool.settings.policy,
    stats: pool.stats(nowMs),
    underWay: pool.underWay?.kind ?? null,
    enis: pool.enis(nowMs).map(({ primaryAddress, blocks, ...eni }) => ({
      ...eni,
      primaryAddress: formatIpv4(primaryAddress),
      blocks: blocks.map(({ cidr, ...block }) => ({ cidr: formatCidr(cidr), ...block })),
    })),
    assignments: pool.leases().map(({ key, pod, address, eniId, assignedAtMs }) => ({
      ...pod,
      ...parseOwnerKey(key),
      address: formatIpv4(address),
      eniId,
      assignedAtMs: Math.round(assignedAtMs),
    })),
  };
}
