import type { IncomingMessage, RequestListener } from "node:http";
import type { Duplex } from "node:stream";
import type { Random } from "../../base/index.ts";
import { systemTime, type Time } from "../../time/index.ts";
import type { ListenPlace } from "../control/http.ts";
import { type Credential, openAuthority } from "./auth/authority.ts";
import { kubeconfigText } from "./auth/kubeconfig.ts";
import { Tokens } from "./auth/tokens.ts";
import type { KubeObject } from "./kube-object.ts";
import type { KubeTls } from "./kube-tls.ts";
import type { KubeletEndpoint } from "./kubelet-endpoint.ts";
import { expireEvents } from "./objects/event-expiry.ts";
import { handle } from "./server/handler.ts";
import { type KubeListening, listenTls } from "./server/listen.ts";
import { newApiServer } from "./server/new-api-server.ts";
import { ObjectStore } from "./storage/object-store.ts";
import { type Keepsakes, readSnapshot } from "./storage/snapshot.ts";
import { SnapshotKeeper } from "./storage/snapshot-keeper.ts";
import { passUpgrade } from "./subresources/upgrade.ts";

/** By which pods know the API server. */
const DNS_NAMES = [
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
];

/** What an API server needs of the lab around it. */
export interface KubeApiOptions {
  /** The time of the cluster: timestamps, ages, grace periods, bookmarks. */
  readonly time: Time;
  /** Where names of `generateName` and uids come from. */
  readonly random: Random;
  /** Where the objects are kept from one run to the next; nowhere when left out. Written atomically. */
  readonly snapshotFile?: string | undefined;
  /** Host names and IP addresses that the server's certificate is for, beside localhost and 127.0.0.1. */
  readonly addresses: readonly string[];
  /** The address of the service `kubernetes` (the first of the service range); 172.20.0.1 when left out. */
  readonly serviceAddress?: string | undefined;
  /**
   * Where the kubelet of a Node answers: for log, exec, attach and port-forward. When left out, plain HTTP on
   * 127.0.0.1 at the port in `status.daemonEndpoints.kubeletEndpoint.Port`.
   */
  readonly dialKubelet?: ((node: KubeObject) => KubeletEndpoint | undefined) | undefined;
  /** Sent to kubelets as `Authorization: Bearer …`, as they answer nobody else; nothing when left out. */
  readonly kubeletToken?: string | undefined;
  /** Told of exceptions that only a bug can cause; the client gets a 500. */
  readonly onBug: (error: unknown) => void;
}

/** The lab's Kubernetes API server: its objects are in memory, and everybody is its client over HTTPS. */
export interface KubeApi {
  /** Answers requests; for a server of one's own. */
  readonly requestListener: RequestListener;
  /** Answers upgrades (exec, attach, port-forward): the "upgrade" event of a node:http server. */
  readonly upgradeListener: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly tls: KubeTls;
  /** Serves HTTPS at a place, as often as wanted. Resolves when it listens. */
  listen(place: ListenPlace): Promise<KubeListening>;
  /** A kubeconfig (YAML) of the administrator, with a client certificate, for the server at this URL. */
  adminKubeconfig(server: string): string;
  /**
   * A bearer token with which its bearer is known by this user name: `system:node:ip-10-0-0-1`,
   * `system:kube-scheduler`, `system:serviceaccount:kube-system:aws-node` …
   */
  tokenFor(user: string): string;
  /** Writes the snapshot now. Resolves when it is on disk. */
  save(): Promise<void>;
  /** Ends all watches and connections, and writes the snapshot. */
  close(): Promise<void>;
}

/** Opens an API server with the objects of its snapshot, or with the namespaces every cluster begins with. */
export async function openKubeApi(options: KubeApiOptions): Promise<KubeApi> {
  const { time, random, snapshotFile, onBug } = options;
  const snapshot = snapshotFile === undefined ? undefined : await readSnapshot(snapshotFile);
  const kept = snapshot?.keepsakes ?? {};
  const authority = await openAuthority(keptCredential(kept), {
    wallMs: systemTime.nowMs(),
    random,
  });
  const addresses = [...new Set(["localhost", "127.0.0.1", ...DNS_NAMES, ...options.addresses])];
  const certificate = await authority.sign({ kind: "server", addresses });
  const admin = await authority.sign({
    kind: "client",
    user: "kubernetes-admin",
    groups: ["system:masters"],
  });
  const tokens = new Tokens(kept["tokenKey"], random);
  const store = snapshot?.store ?? new ObjectStore();
  const server = newApiServer(options, { store, authority, tokens });
  const keepsakes = {
    caCert: authority.ca.cert,
    caKey: authority.ca.key,
    tokenKey: tokens.key,
  };
  const keeper =
    snapshotFile === undefined
      ? undefined
      : new SnapshotKeeper(snapshotFile, { store, keepsakes }, onBug);
  const tls = { ...certificate, ca: authority.ca.cert };
  const onRequest: RequestListener = (request, response) =>
    void handle(server, request, response).catch(onBug);
  const onUpgrade: KubeApi["upgradeListener"] = (request, socket, head) =>
    passUpgrade(server, request, { socket, head });
  const places = new Set<KubeListening>();
  const closing = new AbortController();
  void expireEvents(server.cluster, closing.signal).catch(onBug);

  return {
    requestListener: onRequest,
    upgradeListener: onUpgrade,
    tls,
    async listen(place) {
      const listening = await listenTls(tls, { onRequest, onUpgrade }, place);
      places.add(listening);
      return listening;
    },
    adminKubeconfig: (url) => kubeconfigText(url, { ca: tls.ca, user: admin }),
    tokenFor: (user) => tokens.issue({ user, nowMs: time.nowMs() }),
    save: async () => keeper?.save(),
    async close() {
      closing.abort();
      server.watches.close();
      await Promise.all([...places].map((place) => place.close()));
      await keeper?.close();
    },
  };
}

function keptCredential(kept: Keepsakes): Credential | undefined {
  const { caCert: cert, caKey: key } = kept;
  return cert === undefined || key === undefined ? undefined : { cert, key };
}
