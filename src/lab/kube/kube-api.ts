import type { RequestListener } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Random } from "../../base/index.ts";
import type { Time } from "../../time/index.ts";
import type { ListenPlace } from "../control/http.ts";
import type { KubeObject } from "./kube-object.ts";

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

/** Where a kubelet answers. A certificate of an "https" one isn't checked. */
export interface KubeletEndpoint {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
}

/** The server's certificate and its authority, all in PEM. */
export interface KubeTls {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/** A place where the API answers. */
export interface KubeListening {
  readonly port: number;
  close(): Promise<void>;
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
  throw new Error(`not there yet: ${String(options.addresses)}`);
}
