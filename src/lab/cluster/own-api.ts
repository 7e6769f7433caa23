import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { Random } from "../../base/index.ts";
import {
  type KubeAccess,
  type KubeClient,
  openKubeClient,
  openSharedInformers,
  type SharingClient,
} from "../../kube-client/index.ts";
import { type Cidr, formatIpv4, type Ipv4 } from "../../net/index.ts";
import type { Time } from "../../time/index.ts";
import { startApiServerThread } from "./api-server-thread.ts";
import type { ClientIdentity, ClusterApi } from "./cluster-api.ts";
import { type ApiServerSettings, type LabApiServer, openLabApiServer } from "./lab-api-server.ts";
import { serviceAddressFor } from "./service-address.ts";

/** What the lab's own API server needs. */
export interface OwnApiOptions {
  readonly time: Time;
  /** How many times as fast as the wall clock that passes. */
  readonly speed: number;
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
  const { time, snapshotFile, kubeconfig, vpcCidrs } = options;
  const address = serviceAddressFor(vpcCidrs);
  const host = formatIpv4(address);
  const kubeletToken = randomBytes(24).toString("base64url");
  const addresses = [...SERVICE_NAMES, "kubernetes.default.svc.cluster.local", host];
  const settings = { snapshotFile, addresses, serviceAddress: host, kubeletToken };
  const api = await open(settings, address, options);
  const { server, ca } = api;
  writeFileSync(kubeconfig, api.kubeconfig, { mode: 0o600 });
  const clientOf = ({ component, user }: ClientIdentity): KubeClient => {
    let token: Promise<string> | undefined;
    const access: KubeAccess = {
      server,
      ca,
      namespace: "default",
      credentials: async () => ({ token: await (token ??= api.tokenFor(user)) }),
    };
    return openKubeClient(access, { userAgent: `${component}/berth-lab`, time });
  };
  // The parts of a lab follow the same objects; of thousands, every copy would be tens of megabytes and a second of parsing.
  const follower = clientOf({ component: "berth-lab", user: "system:admin" });
  const informers = openSharedInformers(follower);
  return {
    server,
    kubeconfig,
    service: { host, port: HTTPS_PORT },
    kubeletToken,
    rootCa: ca,
    client: (identity): SharingClient => ({ ...clientOf(identity), informers }),
    close: async () => {
      follower.close();
      await api.close();
    },
  };
}

/** In this thread when it listens in the fabric; a lab without a kernel may be large, and gives it a thread of its own. */
function open(
  settings: ApiServerSettings,
  address: Ipv4,
  { time, speed, random, inside, onBug }: OwnApiOptions,
): Promise<LabApiServer> {
  if (inside === undefined)
    return startApiServerThread(settings, { time, speed, seed: random.uint32(), onBug });
  inside.own(address);
  const place = { netns: inside.routerNetns, address, port: HTTPS_PORT };
  return openLabApiServer(settings, { time, random, inside: place, onBug });
}
