import type { Result } from "../base/index.ts";
import type { SecurityGroupId, SubnetId } from "../facts/index.ts";
import type { ClusterNode, EniConfigFault } from "./cluster.ts";
import type { CustomNetworking } from "./config.ts";
import type { Node } from "./node.ts";

/** Where a new ENI is made. */
export interface EniPlace {
  readonly subnet: SubnetId;
  /** `primary`: those that the primary ENI has at that moment. */
  readonly securityGroups: readonly SecurityGroupId[] | "primary";
}

/** Set by the VPC resource controller and by EKS; goes before what the user sets. */
const EXTERNAL_LABEL = "vpc.amazonaws.com/externalEniConfig";

/** Where the node's next ENI goes, or why none can be made now: the subnet of the primary one, or that of the ENIConfig. */
export function placeForEni({
  instance,
  customNetworking,
  cluster,
}: Pick<Node, "instance" | "customNetworking" | "cluster">): Result<EniPlace, EniConfigFault> {
  if (customNetworking === undefined)
    return { ok: true, value: { subnet: instance.subnet, securityGroups: "primary" } };
  const own = cluster?.node();
  if (cluster === undefined || own === undefined) return unknownNode(cluster === undefined);
  const found = cluster.eniConfig(eniConfigName(own, customNetworking));
  if (!found.ok) return found;
  const { subnet, securityGroups } = found.value;
  const groups = securityGroups.length === 0 ? "primary" : securityGroups;
  return { ok: true, value: { subnet, securityGroups: groups } };
}

/** The name of a node's ENIConfig, found as by the VPC CNI v1.23. A key that is there counts, even with an empty value. */
export function eniConfigName(
  { labels, annotations }: Pick<ClusterNode, "labels" | "annotations">,
  { annotation, label }: CustomNetworking,
): string {
  return labels[EXTERNAL_LABEL] ?? annotations[annotation] ?? labels[label] ?? "default";
}

function unknownNode(withoutCluster: boolean): { ok: false; error: EniConfigFault } {
  const text = withoutCluster
    ? "custom networking needs the Kubernetes API; set MY_NODE_NAME, or turn AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG off"
    : "the node's object, which names its ENIConfig, has not been read from the Kubernetes API yet";
  return { ok: false, error: { reason: "unread", text } };
}
