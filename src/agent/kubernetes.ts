import { inClusterAccess, openKubeClient, readKubeconfig } from "../kube-client/index.ts";
import type { KubeAccess } from "../kube-client/index.ts";
import type { Cluster } from "./cluster.ts";
import { openClusterSource } from "./cluster-source.ts";
import type { AgentConfig, KubernetesConfig } from "./config.ts";
import type { Log } from "./log.ts";

/**
 * The cluster that the settings lead to, over a connection of its own that `close` ends too; undefined if they lead to
 * none.
 */
export async function openCluster(config: AgentConfig, log: Log): Promise<Cluster | undefined> {
  const { node, pod } = config.kubernetes;
  const access = await findAccess(config.kubernetes);
  if (node === undefined || access === undefined) {
    const missing = node === undefined ? "MY_NODE_NAME" : "KUBERNETES_SERVICE_HOST or KUBECONFIG";
    log.info(
      { missing },
      "running without Kubernetes: max pods are MAX_PODS, and there are no events",
    );
    return undefined;
  }
  const client = openKubeClient(access, { userAgent: "berth-agent" });
  const source = openClusterSource({
    client,
    scope: { node },
    watch: {
      eniConfigs: config.customNetworking !== undefined,
      cniNodes: config.podEnis === "on",
    },
    log,
  });
  const cluster = source.of({ node, pod });
  return {
    ...cluster,
    close() {
      cluster.close();
      source.close();
      client.close();
    },
  };
}

async function findAccess({
  kubeconfig,
  serviceHost,
  servicePort,
  endpoint,
}: KubernetesConfig): Promise<KubeAccess | undefined> {
  const access =
    kubeconfig === undefined
      ? inClusterAccess({
          KUBERNETES_SERVICE_HOST: serviceHost,
          KUBERNETES_SERVICE_PORT: servicePort,
        })
      : await readKubeconfig(kubeconfig);
  if (access === undefined || endpoint === undefined) return access;
  return { ...access, server: endpoint.replace(/\/+$/, "") };
}
