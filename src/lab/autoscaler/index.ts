export type { AutoscalerCloud, CandidateType, LaunchOutcome } from "./autoscaler-cloud.ts";
export { readAutoscalerSettings } from "./settings.ts";
export { startAutoscaler } from "./start-autoscaler.ts";
export type { AutoscalerOptions } from "./start-autoscaler.ts";
