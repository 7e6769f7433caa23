import type { Random } from "../../base/index.ts";
import type { Ipv4 } from "../../net/index.ts";
import type { Time } from "../../time/index.ts";
import { openKubeApi } from "../kube/index.ts";

/** What the lab's API server is told, in a form that can be sent to another thread. */
export interface ApiServerSettings {
  /** Where its objects are kept. */
  readonly snapshotFile: string;
  /** Names and addresses that its certificate is for, beside localhost. */
  readonly addresses: readonly string[];
  /** The address of the service `kubernetes`. */
  readonly serviceAddress: string;
  /** What it shows to kubelets. */
  readonly kubeletToken: string;
}

/** What an API server in this thread needs as well. */
export interface ApiServerWorld {
  readonly time: Time;
  readonly random: Random;
  /** A network namespace in which it listens too. */
  readonly inside?: { readonly netns: string; readonly address: Ipv4; readonly port: number };
  readonly onBug: (error: unknown) => void;
}

/** The lab's API server, in whichever thread it runs. */
export interface LabApiServer {
  /** The URL for programs of this machine. */
  readonly server: string;
  /** Of its administrator, YAML. */
  readonly kubeconfig: string;
  /** The authority of its certificate, PEM. */
  readonly ca: string;
  /** A token with which its bearer is known by this user name. */
  tokenFor(user: string): Promise<string>;
  /** Ends all connections and writes the snapshot. */
  close(): Promise<void>;
}

/** Opens it in this thread. */
export async function openLabApiServer(
  settings: ApiServerSettings,
  { inside, ...world }: ApiServerWorld,
): Promise<LabApiServer> {
  const api = await openKubeApi({ ...settings, ...world });
  const { port } = await api.listen({ kind: "loopback", port: 0 });
  if (inside !== undefined) await api.listen({ kind: "netns", ...inside });
  const server = `https://127.0.0.1:${port}`;
  return {
    server,
    kubeconfig: api.adminKubeconfig(server),
    ca: api.tls.ca,
    tokenFor: async (user) => api.tokenFor(user),
    close: () => api.close(),
  };
}
