import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { Random } from "../../base/index.ts";
import { type KubeAccess, openKubeClient } from "../../kube-client/index.ts";
import { type Cidr, formatIpv4, type Ipv4 } from "../../net/index.ts";
import type { Time } from "../../time/index.ts";
import { openKubeApi } from "../kube/index.ts";
import type { ClusterApi } from "./cluster-api.ts";
import { serviceAddressFor } from "./service-address.ts";

/** What the lab's own API server needs. */
export interface OwnApiOptions {
  readonly time: Time;
  readonly random: Random;
  /** Where its objects are kept. */
  readonly snapshotFile: string;
  /** The kubeconfig to be written. */
  readonly kubeconfig: string;
  readonly vpcCidrs: readonly Cidr[];
  /** The namespace in which nodes find it, and how the service's address gets there; undefined without a kernel. */
  readonly inside: InsideFabric | undefined;
  readonly onBug: (error: unknown) => void;
}

/** The router of the fabric, where services of the lab listen. */
export interface InsideFabric {
  readonly routerNetns: string;
  /** Gives the router one more address of its own. */
  own(address: Ipv4): void;
}

const HTTPS_PORT = 443;

/** The names by which the API server's certificate is asked for inside a cluster. */
const SERVICE_NAMES = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"];

/** Opens the lab's own API server, on this machine's loopback and inside the fabric, and writes its kubeconfig. */
export async function openOwnApi(options: OwnApiOptions): Promise<ClusterApi> {
  const { time, random, snapshotFile, kubeconfig, vpcCidrs, inside, onBug } = options;
  const address = serviceAddressFor(vpcCidrs);
  const host = formatIpv4(address);
  const kubeletToken = randomBytes(24).toString("base64url");
  const addresses = [...SERVICE_NAMES, "kubernetes.default.svc.cluster.local", host];
  const api = await openKubeApi({
    ...{ time, random, snapshotFile, addresses, serviceAddress: host, kubeletToken, onBug },
  });
  const { port } = await api.listen({ kind: "loopback", port: 0 });
  if (inside !== undefined) {
    inside.own(address);
    await api.listen({ kind: "netns", netns: inside.routerNetns, address, port: HTTPS_PORT });
  }
  const server = `https://127.0.0.1:${port}`;
  writeFileSync(kubeconfig, api.adminKubeconfig(server), { mode: 0o600 });
  return {
    server,
    kubeconfig,
    service: { host, port: HTTPS_PORT },
    kubeletToken,
    rootCa: api.tls.ca,
    client: ({ component, user }) => {
      const token = api.tokenFor(user);
      const access: KubeAccess = {
        server,
        ca: api.tls.ca,
        namespace: "default",
        credentials: () => Promise.resolve({ token }),
      };
      return openKubeClient(access, { userAgent: `${component}/berth-lab`, time });
    },
    close: () => api.close(),
  };
}
