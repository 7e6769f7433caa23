import type { KubeletEndpoint } from "../kubelet-endpoint.ts";
import type { KubeObject } from "../kube-object.ts";
import type { Cluster } from "../server/cluster.ts";
import { internalError } from "../server/status-error.ts";

const NODES = { group: "", plural: "nodes" } as const;

/** The kubelets of the cluster's nodes, as a client sees them. */
export class Kubelets {
  readonly #cluster: Cluster;
  readonly #dial: (node: KubeObject) => KubeletEndpoint | undefined;
  /** What is sent along so that kubelets know who asks. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    cluster: Cluster,
    options: {
      readonly dial: ((node: KubeObject) => KubeletEndpoint | undefined) | undefined;
      readonly token: string | undefined;
    },
  ) {
    this.#cluster = cluster;
    this.#dial = options.dial ?? dialLoopback;
    this.headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  }

  /** Where the kubelet of a node answers. Throws StatusError if that can't be known. */
  of(nodeName: string): KubeletEndpoint {
    const node = this.#cluster.store.table(NODES).get({ name: nodeName });
    if (node === undefined) throw internalError(`nodes ${JSON.stringify(nodeName)} not found`);
    const endpoint = this.#dial(node);
    if (endpoint !== undefined) return endpoint;
    throw internalError(`the node ${nodeName} has not told where its kubelet answers`);
  }
}

function dialLoopback(node: KubeObject): KubeletEndpoint | undefined {
  const { daemonEndpoints } = (node["status"] ?? {}) as {
    daemonEndpoints?: { kubeletEndpoint?: { Port?: number } };
  };
  const port = daemonEndpoints?.kubeletEndpoint?.Port;
  return port === undefined ? undefined : { scheme: "http", host: "127.0.0.1", port };
}
