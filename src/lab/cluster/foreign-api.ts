import { randomBytes } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { BerthError } from "../../base/index.ts";
import { listenInNetns } from "../../dataplane/index.ts";
import { openKubeClient, readKubeconfig, SERVICES } from "../../kube-client/index.ts";
import { parseIpv4 } from "../../net/index.ts";
import type { Time } from "../../time/index.ts";
import type { ClusterApi } from "./cluster-api.ts";
import type { InsideFabric } from "./own-api.ts";

/** What it takes to use an API server that is there already. */
export interface ForeignApiOptions {
  /** The kubeconfig that leads to it, absolute. */
  readonly kubeconfig: string;
  readonly time: Time;
  readonly inside: InsideFabric | undefined;
}

/**
 * Uses an API server that is there already. Nodes and pods of the lab reach it at the address of its own service
 * `kubernetes`, through this process. Throws `labCluster` when it does not answer.
 */
export async function openForeignApi(options: ForeignApiOptions): Promise<ClusterApi> {
  const { kubeconfig, time, inside } = options;
  const access = await readKubeconfig(kubeconfig);
  const client = openKubeClient(access, { userAgent: "berth-lab/cluster", time });
  let service: { host: string; port: number };
  try {
    const { spec } = await client.get(SERVICES, { namespace: "default", name: "kubernetes" });
    service = { host: spec?.clusterIP ?? "", port: spec?.ports?.[0]?.port ?? 443 };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BerthError("labCluster", `The API server ${access.server} can't be used: ${why}`, {
      fix: `Check that \`kubectl --kubeconfig ${kubeconfig} get service kubernetes\` works.`,
      cause,
    });
  } finally {
    client.close();
  }
  const relay = inside === undefined ? undefined : await openRelay(inside, service, access.server);
  return {
    server: access.server,
    kubeconfig,
    service,
    kubeletToken: randomBytes(24).toString("base64url"),
    rootCa: access.ca,
    client: ({ component }) =>
      openKubeClient(access, { userAgent: `${component}/berth-lab`, time }),
    close: async () => {
      await relay?.();
    },
  };
}

/** Carries connections from the fabric to the API server as they are: TLS is between the two ends. */
async function openRelay(
  inside: InsideFabric,
  service: { readonly host: string; readonly port: number },
  server: string,
): Promise<() => Promise<void>> {
  const address = parseIpv4(service.host);
  if (address === undefined) {
    const message = `The service \`kubernetes\` has the address \`${service.host}\`, which a lab's nodes can't reach.`;
    throw new BerthError("labCluster", message, { fix: "Use a cluster with IPv4 services." });
  }
  inside.own(address);
  const { hostname, port, protocol } = new URL(server);
  const target = { host: hostname, port: Number(port || (protocol === "http:" ? 80 : 443)) };
  const open = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.once("error", () => to.destroy());
      from.once("close", () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  const fd = listenInNetns({ netns: inside.routerNetns, address, port: service.port });
  await listening(relay, fd);
  return () =>
    new Promise((resolve) => {
      relay.close(() => {
        resolve();
      });
      for (const socket of open) socket.destroy();
    });
}

function listening(server: Server, fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ fd }, resolve);
  });
}
