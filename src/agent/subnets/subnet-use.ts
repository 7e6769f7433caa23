import { TAG_KEYS } from "../../facts/index.ts";

/** On a subnet, followed by a cluster's name: who may use it. */
const CLUSTER_TAG_PREFIX = "cni.networking.k8s.aws/cluster/";

/** Why the tags of a subnet keep new ENIs out of it. */
export type TagReason = "notTagged" | "taggedZero" | "otherClusters";

/** What the tags of a subnet say. */
export interface SubnetUse {
  /** Undefined: ENIs may be made in it. */
  readonly unusable: TagReason | undefined;
  /** `closed`: pods must not use ENIs that are in it already. */
  readonly pods: "open" | "closed";
}

/**
 * What a subnet's tags say to the agents of a cluster, with the meaning that the VPC CNI v1.23 gives them:
 * `kubernetes.io/role/cni` opens a subnet to pods, and with the value 0 closes it; a cluster's tag keeps it for that
 * cluster. The node's own subnet needs no tag.
 */
export function subnetUse(
  tags: Readonly<Record<string, string>>,
  { clusterName, own }: { readonly clusterName: string | undefined; readonly own: boolean },
): SubnetUse {
  const role = tags[TAG_KEYS.subnetRole] ?? "";
  if (role === "0") return closed("taggedZero");
  if (role === "") return { unusable: own ? undefined : "notTagged", pods: "open" };
  const clusters = Object.keys(tags)
    .filter((key) => key.startsWith(CLUSTER_TAG_PREFIX))
    .map((key) => key.slice(CLUSTER_TAG_PREFIX.length));
  const foreign =
    clusterName !== undefined && clusters.length > 0 && !clusters.includes(clusterName);
  return foreign ? closed("otherClusters") : { unusable: undefined, pods: "open" };
}

function closed(unusable: TagReason): SubnetUse {
  return { unusable, pods: "closed" };
}
