import type { AdmissionContext } from "../kinds/kind-definition.ts";
import type { Cluster } from "../server/cluster.ts";
import { allocateClusterIp, allocateNodePort } from "./service-addresses.ts";
import type { WriteOptions } from "./write-options.ts";

/** What the hooks of a kind may use during one write. */
export function admissionContext(
  cluster: Cluster,
  { user, subresource }: WriteOptions,
): AdmissionContext {
  return {
    nowMs: cluster.time.nowMs(),
    random: cluster.random,
    user,
    ...(subresource === undefined ? {} : { subresource }),
    allocateClusterIp: (wanted) => allocateClusterIp(cluster, wanted),
    allocateNodePort: (wanted) => allocateNodePort(cluster, wanted),
    lookUp: ({ group, plural, namespace, name }) =>
      cluster.store.table({ group, plural }).get({ namespace, name }),
  };
}
