import { formatCidr } from "../../net/index.ts";
import type { AgentConfig } from "../config.ts";

const RANDOMIZE = { none: 0, hashrandom: 1, prng: 2 } as const;

/** What `/v1/networkutils-env-settings` of the VPC CNI answers. */
export function networkSettings({ host, vethPrefix }: AgentConfig): object {
  const excluded = host.snatExcludedCidrs.map(formatCidr);
  return {
    AWS_VPC_K8S_CNI_CONNMARK: host.connectionMark,
    AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS: excluded.length === 0 ? null : excluded,
    AWS_VPC_K8S_CNI_EXTERNALSNAT: host.snat === "external",
    AWS_EXTERNAL_SERVICE_CIDRS: host.externalServiceCidrs.map(formatCidr),
    AWS_VPC_ENI_MTU: host.eniMtu,
    AWS_VPC_K8S_CNI_VETHPREFIX: vethPrefix,
    AWS_VPC_CNI_NODE_PORT_SUPPORT: host.nodePorts === "supported",
    AWS_VPC_K8S_CNI_RANDOMIZESNAT: RANDOMIZE[host.snatPorts],
  };
}

/** What `/v1/ipamd-env-settings` of the VPC CNI answers. */
export function poolSettingsShown(config: AgentConfig): object {
  const { warm, customNetworking, onCordonedNodes, subnetDiscovery } = config;
  return {
    WARM_IP_TARGET: warm.ips,
    WARM_ENI_TARGET: warm.enis,
    AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: customNetworking !== undefined,
    AWS_MANAGE_ENIS_NON_SCHEDULABLE: onCordonedNodes === "growAndShrink",
    ENABLE_SUBNET_DISCOVERY: subnetDiscovery === "on",
  };
}
