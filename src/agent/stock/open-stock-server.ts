import { formatCidr, formatIpv4, parseIpv4 } from "../../net/index.ts";
import type { AgentCore } from "../agent-core.ts";
import type { AgentConfig } from "../config.ts";
import type { InstanceFacts } from "../metadata.ts";
import type { NodePorts } from "../node.ts";
import { startStockServer } from "./grpc-server.ts";
import { poolStore } from "./pool-store.ts";
import type { StockServiceParts } from "./stock-service.ts";

/** What the server of the VPC CNI's contract is made from. */
export interface StockOpening {
  readonly path: string;
  readonly ports: NodePorts;
  readonly core: AgentCore;
  readonly config: AgentConfig;
  readonly instance: InstanceFacts;
}

/** Serves an agent's pool to the VPC CNI's own plugin. */
export function openStockServer({
  path,
  ports,
  core,
  config,
  instance,
}: StockOpening): Promise<{ close(): Promise<void> }> {
  const { log, time, metadata } = ports;
  const { host, contract } = config;
  const service: StockServiceParts = {
    stores: [poolStore(core.cni)],
    family: 4,
    multiNic: "off",
    clientVersion: contract.clientVersion,
    vpcCidrs: async () => (await metadata.vpcCidrs()).map(formatCidr),
    snatExclusions: host.snat === "external" ? undefined : host.snatExcludedCidrs.map(formatCidr),
    networkPolicyMode: "",
    annotate: annotations(ports, config),
    noteCall: (event) => core.cni.telemetry.noteCniCall(event),
    log,
    time,
  };
  const policyConfig = {
    NetworkPolicyMode: "",
    MultiNICEnabled: false,
    NodeIPv4: formatIpv4(instance.localIpv4),
    NodeIPv6: "",
    InstanceID: instance.instanceId,
    Region: instance.region,
  };
  return startStockServer({ path, service, policyConfig });
}

function annotations(
  { cluster }: NodePorts,
  { podAddressAnnotation }: AgentConfig,
): StockServiceParts["annotate"] {
  if (cluster === undefined || podAddressAnnotation === "off") return undefined;
  return {
    async set(pod, text) {
      const address = parseIpv4(text);
      if (address !== undefined) await cluster.notePodAddress(pod, address);
    },
    async clear(pod, text) {
      const address = parseIpv4(text);
      if (address !== undefined) await cluster.clearPodAddress(pod, address);
    },
  };
}
