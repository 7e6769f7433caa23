export { readAgentConfig } from "./config.ts";
export type { AgentConfig, HostConfig, LogConfig, WarmTargets } from "./config.ts";
export type { Environment } from "./variable-reader.ts";
export { VARIABLES } from "./variables.ts";
export type { Variable, VariableName } from "./variables.ts";
export { runAgent } from "./wire.ts";
