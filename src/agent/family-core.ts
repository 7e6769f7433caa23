import { startCore } from "./agent-core.ts";
import type { AgentCore, CoreParts } from "./agent-core.ts";
import type { AgentConfig } from "./config.ts";
import { startIpv6Core } from "./ipv6/ipv6-core.ts";
import { newIpv6Kernel } from "./ipv6/ipv6-kernel.ts";
import type { Kernel } from "./kernel.ts";
import { newLinuxKernel } from "./linux-kernel.ts";
import type { NodePorts } from "./node.ts";

/** Starts the core of an agent for the address family of its cluster. */
export function startFamilyCore(ports: NodePorts, parts: CoreParts): Promise<AgentCore> {
  const { ipv6 } = parts.config;
  return ipv6 === undefined ? startCore(ports, parts) : startIpv6Core(ports, parts, ipv6);
}

/** The kernel of the namespace that the agent runs in, for pods of that family. */
export function newFamilyKernel(config: AgentConfig): Kernel {
  const { ipv6, host, vethPrefix } = config;
  return ipv6 === undefined ? newLinuxKernel(host, vethPrefix) : newIpv6Kernel(config, ipv6);
}
