export type { AttachedEni, EniRole } from "./attached-eni.ts";
export { failureReason } from "./failure.ts";
export type { FailureReason } from "./failure.ts";
export { Ipv6Pool, numberOf } from "./ipv6-pool.ts";
export type { Ipv6Assigned, Ipv6PoolSettings, Ipv6PoolStats, Ipv6Source } from "./ipv6-pool.ts";
export type { Lease, OwnerKey, PodName, Restored, SavedLease } from "./lease.ts";
export { Pool } from "./pool.ts";
export type { Assigned, Released } from "./pool.ts";
export type { Refusal } from "./refusal.ts";
export { fallsBack, poolSettings } from "./settings.ts";
export type { BlockUnit, NodeLimits, PoolPolicy, PoolSettings } from "./settings.ts";
export type {
  AdoptEni,
  AssignBlocks,
  CreateEni,
  DescribeEni,
  FreeEni,
  Outcome,
  Reconcile,
  Step,
  StepFailure,
  UnassignBlocks,
  Wait,
  WorkStep,
} from "./step.ts";
export type { BlockView, EniView, PoolChange, PoolStats } from "./views.ts";
