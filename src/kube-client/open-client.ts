import type { Time } from "../time/index.ts";
import type { KubeAccess } from "./kube-access.ts";
import type { KubeClient } from "./kube-client.ts";

/** How a client presents itself. */
export interface KubeClientOptions {
  /** `berth-agent/0.1.0`. */
  readonly userAgent: string;
  /** Of its waits between tries; time-outs of requests are real time. Default: the system's. */
  readonly time?: Time | undefined;
  /** Whose changes these are; default: the user agent up to the slash. */
  readonly fieldManager?: string | undefined;
  /** How long one request may take; default 30 s. */
  readonly requestTimeoutMs?: number | undefined;
}

/** A client that keeps its connections open. Connects only when asked something. */
export function openKubeClient(access: KubeAccess, options: KubeClientOptions): KubeClient {
  throw new Error(`being written: ${access.server} ${options.userAgent}`);
}
