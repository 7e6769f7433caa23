export { openAgentFleet } from "./agent-fleet.ts";
export type { AgentFleet, FleetAgent, FleetMember, FleetWorld } from "./agent-fleet.ts";
export type {
  Cluster,
  ClusterNode,
  EniConfig,
  EniConfigFault,
  EniConfigFound,
  News,
  NodeFeature,
  Subject,
} from "./cluster.ts";
export { openClusterSource } from "./cluster-source.ts";
export type { ClusterSource, ClusterSourceOptions } from "./cluster-source.ts";
export { readAgentConfig } from "./config.ts";
export type { AgentConfig, HostConfig, LogConfig, WarmTargets } from "./config.ts";
export type { Ec2 } from "./ec2.ts";
export { newEc2 } from "./ec2-client.ts";
export type { Ec2ClientSettings } from "./ec2-client.ts";
export { handBack } from "./hand-back.ts";
export type { HandedBack, HandingBack } from "./hand-back.ts";
export type { ImdsClient } from "./imds-client.ts";
export { startInProcessAgent } from "./in-process-agent.ts";
export type { InProcessAgent, InProcessAgentOptions, Sandbox } from "./in-process-agent.ts";
export { installCni } from "./install-cni.ts";
export type { CniInstallation } from "./install-cni.ts";
export { newLogTo } from "./log.ts";
export type { Log, LogSink } from "./log.ts";
export { newNodeMemory } from "./node-memory.ts";
export type { NodeMemory } from "./node-memory.ts";
export type { Environment } from "./variable-reader.ts";
export { RULE_VARIABLES, RULES_CONFIG_MAP } from "./node-group/node-rule.ts";
export { isOwnVariable } from "./settings/own-variable.ts";
export { UNUSED_VARIABLES } from "./settings/unused-variables.ts";
export type { UnusedVariable } from "./settings/unused-variable.ts";
export { VARIABLES } from "./variables.ts";
export type { Variable } from "./variable.ts";
export type { VariableName } from "./variables.ts";
export { runAgent } from "./wire.ts";
