import type { SubnetId } from "../facts/index.ts";
import type { FailureReason } from "./failure.ts";

/** Why there is no address for a pod right now. Times are of the caller's clock. */
export type Refusal =
  /** The pool has not seen the node's ENIs yet. */
  | { readonly reason: "notReady" }
  /** Every slot of every ENI that the node may have is in use: the instance type's limit. */
  | { readonly reason: "nodeFull"; readonly addresses: number; readonly enis: number }
  /** The pool holds `maxPods` addresses or more, so it does not grow; all are in use. */
  | { readonly reason: "maxPods"; readonly maxPods: number }
  /** What is not in use is cooling; the first address is free again at `freeAtMs`. */
  | { readonly reason: "cooling"; readonly addresses: number; readonly freeAtMs: number }
  /** EC2 refused the last attempt to grow; the next is at `retryAtMs`. */
  | {
      readonly reason: "ec2Refused";
      readonly failure: FailureReason;
      readonly code: string;
      readonly subnetId: SubnetId | undefined;
      readonly retryAtMs: number;
    }
  /** Addresses are on their way: a step is under way, or (undefined) is about to be. */
  | { readonly reason: "growing"; readonly step: "createEni" | "assignBlocks" | undefined }
  /** The settings keep the pool from growing: `paused` (or nothing is provisioned), or targets that are met although nothing is free. */
  | { readonly reason: "paused" }
  | { readonly reason: "targetsMet"; readonly addresses: number };
