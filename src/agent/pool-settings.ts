import { HOST_NETWORK_PODS } from "../facts/index.ts";
import { poolSettings } from "../pool/index.ts";
import type { PoolSettings } from "../pool/index.ts";
import type { AgentConfig } from "./config.ts";
import type { InstanceLimits } from "./ec2.ts";

/**
 * The pool's settings on this node. `MAX_PODS` stands for what the kubelet is told; without it the pool may hold what
 * the type carries in single addresses, ENIs × (addresses − 1) + 2, as in the list that the VPC CNI falls back to.
 */
export function settingsFor(
  config: AgentConfig,
  { limits, unmanagedEnis }: { readonly limits: InstanceLimits; readonly unmanagedEnis: number },
): PoolSettings {
  const slotsPerEni = limits.ipv4PerEni - 1;
  return poolSettings({
    policy: config.policy,
    unit: usesPrefixes(config, limits) ? "prefix" : "address",
    warmEniTarget: config.warm.enis,
    warmIpTarget: config.warm.ips,
    minimumIpTarget: config.warm.minimumIps,
    warmPrefixTarget: config.warm.prefixes,
    prefixFallback: config.prefixFallback ? "singles" : "none",
    maxEnis: Math.min(limits.enis, config.maxEnis ?? limits.enis),
    slotsPerEni,
    maxPods: config.maxPods ?? limits.enis * slotsPerEni + HOST_NETWORK_PODS,
    cooldownMs: config.cooldownMs,
    customNetworking: config.customNetworking === undefined ? "off" : "on",
    subnetDiscovery: config.subnetDiscovery,
    trunkReserve: config.podEnis === "on" && limits.trunk ? "reserved" : "none",
    unmanagedEnis,
    provisioning: config.provisioning,
  });
}

/** Whether /28 prefixes are allocated: when it is asked for, and the instance can. */
export function usesPrefixes(
  config: Pick<AgentConfig, "prefixDelegation">,
  limits: InstanceLimits,
): boolean {
  return config.prefixDelegation && limits.prefixes;
}
