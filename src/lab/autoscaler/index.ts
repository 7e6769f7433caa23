export type {
  AutoscalerCloud,
  CandidateSubnet,
  CandidateType,
  LaunchOutcome,
  LaunchRequest,
} from "./autoscaler-cloud.ts";
export { readAutoscalerSettings } from "./settings.ts";
export type { AutoscalerSettings } from "./settings.ts";
export { startAutoscaler } from "./start-autoscaler.ts";
export type { Autoscaler, AutoscalerOptions } from "./start-autoscaler.ts";
