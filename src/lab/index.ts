export { readLabConfig } from "./config.ts";
export type { LabConfig } from "./config.ts";
export type { ExecResult } from "./containerd/cri-client.ts";
export { openLabClient } from "./control/control-client.ts";
export type { LabClient } from "./control/control-client.ts";
export { startDetached } from "./control/detached.ts";
export type { DetachedOptions } from "./control/detached.ts";
export { chooseLab, connectLab } from "./control/find-lab.ts";
export type { LabChoice } from "./control/find-lab.ts";
export { runLab } from "./control/run-lab.ts";
export type { Machine, RunLabOptions } from "./control/run-lab.ts";
export { shellEnvironment } from "./control/shell-environment.ts";
export { StateDir } from "./control/state-dir.ts";
export type { AgentStatus, NodeStatus } from "./control/node-status.ts";
export type { PodStatus } from "./control/pod-status.ts";
export type { LabEndpoints, LabStatus } from "./control/status.ts";
export { takeDown } from "./control/take-down.ts";
export { openKubeApi } from "./kube/index.ts";
export type { KubeApi, KubeApiOptions } from "./kube/index.ts";
export type { LabFile } from "./labfile/lab-file.ts";
export { parseLabFile, readLabFile } from "./labfile/read-lab-file.ts";
export type {
  AgentsWorld,
  AgentStart,
  OpenSimulatedAgents,
  SimulatedAgent,
  SimulatedAgents,
} from "./simulated/simulated-agents.ts";
